import { LetterError } from "../bytes/error.ts";
import { inside } from "../bytes/read.ts";
import { type Checkpoint, formatRoot, openCheckpoint } from "./checkpoint.ts";
import type { NoteVerifier } from "./note.ts";
import { isReceipt, openReceipt, parseReceipt, type Receipt } from "./receipt.ts";
import { equal, type Hash } from "./tree.ts";

/** What somebody kept from an earlier day: a checkpoint, or a receipt with the checkpoint in it. `name` names its file. */
export type KeptProof = { readonly name: string; readonly checkpoint: Checkpoint; readonly receipt?: Receipt };

/** @throws LetterError when it is neither, or another key signed it */
export function parseKeptProof(name: string, text: string, verifier: NoteVerifier): KeptProof {
  return inside(name, () => {
    if (!isReceipt(text)) return { name, checkpoint: openCheckpoint(text, verifier) };
    const receipt = parseReceipt(text);
    return { name, checkpoint: openCheckpoint(receipt.checkpoint, verifier), receipt };
  });
}

/**
 * Checks that the ledger of today begins with the one that was kept, and has the entry of a receipt where it was.
 *
 * @param size the number of entries today
 * @param roots the roots that today's entries give, by size
 * @param entries today's entries at the indexes of receipts
 * @throws LetterError `kept`: entries were taken out, or rewritten
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
  if (receipt) inside(name, () => openReceipt(receipt, entries.get(receipt.index) ?? new Uint8Array(0), verifier));
}
