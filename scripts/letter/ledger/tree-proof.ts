import { LetterError } from "../bytes/error.ts";
import { type Hash, treeRoot } from "./tree.ts";

/**
 * Returns the inclusion proof of a leaf, from its sibling up to the child of the root (PATH of RFC 6962 §2.1.1).
 *
 * @throws LetterError `proof` when there is no such leaf
 */
export function inclusionProof(index: number, leaves: readonly Hash[]): Hash[] {
  if (!Number.isSafeInteger(index) || index < 0 || index >= leaves.length)
    throw new LetterError("proof", "the index lies outside the tree");
  if (leaves.length === 1) return [];
  const split = splitOf(leaves.length);
  const [left, right] = [leaves.slice(0, split), leaves.slice(split)];
  return index < split
    ? [...inclusionProof(index, left), treeRoot(right)]
    : [...inclusionProof(index - split, right), treeRoot(left)];
}

/**
 * Returns the proof that the tree of all leaves begins with the tree of the first `size` (PROOF of RFC 6962 §2.1.2).
 *
 * @throws LetterError `proof` for size 0, about which nothing can be proved, or for a size beyond the leaves
 */
export function consistencyProof(size: number, leaves: readonly Hash[]): Hash[] {
  if (!Number.isSafeInteger(size) || size < 1 || size > leaves.length)
    throw new LetterError("proof", "no consistency proof leads from the first size to the second");
  return subproof(size, leaves, true);
}

function subproof(size: number, leaves: readonly Hash[], whole: boolean): Hash[] {
  if (size === leaves.length) return whole ? [] : [treeRoot(leaves)];
  const split = splitOf(leaves.length);
  const [left, right] = [leaves.slice(0, split), leaves.slice(split)];
  return size <= split
    ? [...subproof(size, left, whole), treeRoot(right)]
    : [...subproof(size - split, right, false), treeRoot(left)];
}

/** Returns the largest power of two that is smaller than the size. */
function splitOf(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}
