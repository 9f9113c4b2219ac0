import { LetterError } from "../bytes/error.ts";
import { type Checkpoint, formatRoot, openCheckpoint } from "./checkpoint.ts";
import type { NoteVerifier } from "./note.ts";
import { append, equal, type Frontier, leafHash, rootOf } from "./tree.ts";

/** What came to a ledger after a size whose entries are known, and the signed checkpoint that covers all of it. */
export type Continuation = {
  readonly since: readonly string[];
  /** the checkpoint with its signatures, byte by byte */
  readonly note: string;
  readonly checkpoint: Checkpoint;
};

/**
 * Checks that a signed checkpoint covers the known entries and these later ones, and nothing else.
 *
 * All entries are there, so the root is recomputed. No proof is needed, and none could be forged.
 *
 * @param base the frontier of the known entries
 * @throws LetterError `note` or `checkpoint` for one of another key or ledger; `ledger` for a smaller ledger, or one that
 *   does not begin with the known entries
 */
export function openContinuation(
  base: Frontier,
  note: string,
  since: readonly string[],
  verifier: NoteVerifier,
): Continuation {
  const checkpoint = openCheckpoint(note, verifier);
  assertNotSmaller(checkpoint.size, base.size);
  if (checkpoint.size !== base.size + since.length)
    throw new LetterError(
      "ledger",
      `the checkpoint is of ${checkpoint.size} entries, but there are ${base.size + since.length}`,
    );
  const root = rootOf(append(base, since.map(leafHash)));
  if (!equal(root, checkpoint.root))
    throw new LetterError(
      "ledger",
      `it does not continue the ledger that is known here: its root is ${formatRoot(checkpoint.root)}, but the ${base.size} known entries and those after them give ${formatRoot(root)}`,
    );
  return { since, note, checkpoint };
}

/** @throws LetterError `ledger` when the ledger has fewer entries than are known */
export function assertNotSmaller(size: number, known: number): void {
  if (size < known)
    throw new LetterError(
      "ledger",
      `it has ${size} entries, but ${known} are known here: it is an old copy, or entries were taken out`,
    );
}

/**
 * Checks that a ledger still begins as an earlier state of it did. Both continue the same known entries.
 *
 * @throws LetterError `ledger` when it is smaller, or was rewritten: its key signed two different ledgers
 */
export function assertContains(later: Continuation, earlier: Continuation): void {
  assertNotSmaller(later.checkpoint.size, earlier.checkpoint.size);
  const at = earlier.since.findIndex((entry, i) => later.since[i] !== entry);
  if (at >= 0)
    throw new LetterError(
      "ledger",
      `its entry ${earlier.checkpoint.size - earlier.since.length + at} is another than the one that its key signed before: the ledger was rewritten`,
    );
}
