import { isDay } from "../bytes/day.ts";
import { LetterError } from "../bytes/error.ts";
import { openCheckpoint } from "../ledger/checkpoint.ts";
import type { NoteVerifier } from "../ledger/note.ts";
import { assertConsistency, type Hash, leafHash } from "../ledger/tree.ts";
import { consistencyProof } from "../ledger/tree-proof.ts";

/**
 * What came to the ledger after a handover, in one file for a recipient without a network. A `withdraw` entry names each
 * signature whose owner has left.
 */
export type LeftFile = {
  /** how many entries the public bag has */
  readonly size: number;
  /** UTC day on which the checkpoint was the ledger's newest; nothing authenticates it */
  readonly day: string;
  /** the entries from `size` on */
  readonly entries: readonly string[];
  /** that the ledger begins with the one of the public bag (RFC 6962 §2.1.2) */
  readonly proof: readonly Hash[];
  /** the checkpoint with its signatures, byte by byte */
  readonly checkpoint: string;
};

const HEAD = "undersigned/v1 left";
const ENTRY = "undersigned/v1 ";

/**
 * Formats the file that `npm run handover:left` writes.
 *
 * ```
 * undersigned/v1 left
 * size 5                          the entries of the public bag
 * day 2026-12-24
 * undersigned/v1 withdraw 3       each entry since, a line each
 * y5AV0mAF2NxGptz…=               the consistency proof, a hash a line in standard base64
 *
 * letter.example.org/ledger       the checkpoint with its signatures
 * …
 * ```
 */
export function formatLeftFile({ size, day, entries, proof, checkpoint }: LeftFile): string {
  const hashes = proof.map((hash) => Buffer.from(hash).toString("base64"));
  return `${[HEAD, `size ${size}`, `day ${day}`, ...entries, ...hashes].join("\n")}\n\n${checkpoint}`;
}

/** Whether a text begins like such a file; `parseLeftFile` checks the rest. */
export function isLeftFile(text: string): boolean {
  return text.startsWith(`${HEAD}\n`);
}

/** @throws LetterError `left` for anything that `formatLeftFile` does not write */
export function parseLeftFile(text: string): LeftFile {
  const end = text.indexOf("\n\n");
  const [head, first = "", second = "", ...lines] = text.slice(0, Math.max(end, 0)).split("\n");
  const size = /^size ([1-9]\d{0,14})$/.exec(first)?.[1];
  const day = second.startsWith("day ") ? second.slice("day ".length) : "";
  const checkpoint = text.slice(end + 2);
  const behind = lines.findIndex((line) => !line.startsWith(ENTRY));
  const [entries, hashes] = behind < 0 ? [lines, []] : [lines.slice(0, behind), lines.slice(behind)];
  const proof = hashes.map((line) => new Uint8Array(Buffer.from(line, "base64")));
  const whole = end >= 0 && head === HEAD && size !== undefined && isDay(day) && checkpoint.endsWith("\n");
  const file: LeftFile = { size: Number(size), day, entries, proof, checkpoint };
  if (!whole || proof.some(({ length }) => length !== 32) || formatLeftFile(file) !== text)
    throw new LetterError(
      "left",
      "not a whole file of npm run handover:left: it was cut short or changed, or is another file",
    );
  return file;
}

/**
 * Makes the file from all entries of a ledger and its newest checkpoint.
 *
 * @param size the entries of the public bag
 * @param day the UTC day on which this checkpoint was the newest
 */
export function leftFileOf(entries: readonly string[], size: number, checkpoint: string, day: string): LeftFile {
  return {
    size,
    day,
    entries: entries.slice(size),
    proof: consistencyProof(size, entries.map(leafHash)),
    checkpoint,
  };
}

/**
 * Checks the consistency proof of a file against the checkpoint of a public bag, which is all that is needed for it.
 *
 * @throws LetterError `left` when the file is for a bag of another size, `note`, `checkpoint` or `proof`
 */
export function assertProven(file: LeftFile, bag: { size: number; root: Hash }, verifier: NoteVerifier): void {
  if (file.size !== bag.size)
    throw new LetterError(
      "left",
      `the file was made for a public bag of ${file.size} entries, this one has ${bag.size}: have it made for the tag of this bag`,
    );
  const { size, root } = openCheckpoint(file.checkpoint, verifier);
  assertConsistency(bag.size, bag.root, size, root, file.proof);
}
