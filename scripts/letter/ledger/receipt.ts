import { LetterError } from "../bytes/error.ts";
import { type Checkpoint, openCheckpoint } from "./checkpoint.ts";
import type { NoteVerifier } from "./note.ts";
import { equal, type Hash, leafHash, rootFromInclusion } from "./tree.ts";

/** A proof that one entry is in the ledger: its index, its inclusion proof, and the published signed checkpoint. */
export type Receipt = { readonly index: number; readonly proof: readonly Hash[]; readonly checkpoint: string };

const HEAD = "c2sp.org/tlog-proof@v1";

/**
 * Formats the receipt as the text of a file `….tlog-proof`. Source: C2SP tlog-proof.
 *
 * ```
 * c2sp.org/tlog-proof@v1
 * index 3
 * 30k6mBYG5OjV…=      the proof, a hash a line in standard base64, from the leaf's sibling upwards
 *
 * letter.example.org/ledger      the checkpoint with its signatures, byte by byte
 * …
 * ```
 */
export function formatReceipt({ index, proof, checkpoint }: Receipt): string {
  const hashes = proof.map((hash) => `${Buffer.from(hash).toString("base64")}\n`).join("");
  return `${HEAD}\nindex ${index}\n${hashes}\n${checkpoint}`;
}

/** Whether a text begins like a receipt; `parseReceipt` checks the rest. */
export function isReceipt(text: string): boolean {
  return text.startsWith(`${HEAD}\n`);
}

/** Ignores a line of extra data, which nothing authenticates. @throws LetterError `receipt` for anything else */
export function parseReceipt(text: string): Receipt {
  const end = text.indexOf("\n\n");
  const lines = text.slice(0, end).split("\n");
  const checkpoint = text.slice(end + 2);
  if (end < 0 || lines.shift() !== HEAD) throw malformed();
  if (lines[0]?.startsWith("extra ")) lines.shift();
  const index = /^index (0|[1-9]\d{0,14})$/.exec(lines.shift() ?? "")?.[1];
  const proof = lines.map((line) => new Uint8Array(Buffer.from(line, "base64")));
  const spelled = proof.every((hash, i) => hash.length === 32 && Buffer.from(hash).toString("base64") === lines[i]);
  // The largest index has 15 digits, so a proof has at most 50 hashes.
  if (index === undefined || !spelled || proof.length > 63) throw malformed();
  return { index: Number(index), proof, checkpoint };
}

/**
 * Checks that the receipt proves this entry, and returns the checkpoint that it proves the entry for.
 *
 * @throws LetterError `receipt`, `proof`, `note` or `checkpoint`
 */
export function openReceipt(receipt: Receipt, entry: Uint8Array | string, verifier: NoteVerifier): Checkpoint {
  const checkpoint = openCheckpoint(receipt.checkpoint, verifier);
  const root = rootFromInclusion(receipt.index, checkpoint.size, leafHash(entry), receipt.proof);
  if (!equal(root, checkpoint.root)) throw new LetterError("receipt", "the receipt proves another entry than this");
  return checkpoint;
}

function malformed(): LetterError {
  return new LetterError("receipt", "not a receipt (c2sp.org/tlog-proof@v1)");
}
