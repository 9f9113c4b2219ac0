import { LetterError } from "../bytes/error.ts";
import { withContext } from "../bytes/read.ts";
import { type Checkpoint, formatRoot, openCheckpoint } from "./checkpoint.ts";
import type { NoteVerifier } from "./note.ts";
import { isReceipt, openReceipt, parseReceipt, type Receipt } from "./receipt.ts";
import { equal, type Hash } from "./tree.ts";

/** A proof that a reader kept from an earlier day: a checkpoint, or a receipt that holds one. `name` is that of its file. */
export type KeptProof = { readonly name: string; readonly checkpoint: Checkpoint; readonly receipt?: Receipt };

/** Parses a kept checkpoint or receipt. @throws LetterError when the text is neither, or another key signed it */
export function parseKeptProof(name: string, text: string, verifier: NoteVerifier): KeptProof {
  return withContext(name, () => {
    if (!isReceipt(text)) return { name, checkpoint: openCheckpoint(text, verifier) };
    const receipt = parseReceipt(text);
    return { name, checkpoint: openCheckpoint(receipt.checkpoint, verifier), receipt };
  });
}

/**
 * Checks that today's ledger begins with the kept one, and still has the entry of a receipt at its index.
 *
 * @param size the number of entries today
 * @param roots the roots of today's entries, by size
 * @param entries today's entries at the indexes of receipts
 * @throws LetterError `kept` when entries were removed or rewritten
 */
export function assertStillThere(
  kept: KeptProof,
  verifier: NoteVerifier,
  size: number,
  roots: ReadonlyMap<number, Hash>,
  entries: ReadonlyMap<number, Uint8Array>,
): void {
  const { name, checkpoint, receipt } = kept;
  if (checkpoint.size > size) {
    throw new LetterError(
      "kept",
      `${name}: it was made when the ledger had ${checkpoint.size} entries, now it has ${size}: entries were taken out`,
    );
  }
  const root = roots.get(checkpoint.size);
  if (root === undefined || !equal(root, checkpoint.root)) {
    throw new LetterError(
      "kept",
      `${name}: the ledger was rewritten: its first ${checkpoint.size} entries had the root ${formatRoot(checkpoint.root)}, now they give ${root ? formatRoot(root) : "none"}`,
    );
  }
  if (receipt) withContext(name, () => openReceipt(receipt, entries.get(receipt.index) ?? new Uint8Array(0), verifier));
}
