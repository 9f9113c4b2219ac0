import { LetterError } from "../bytes/error.ts";
import { sha256, sha256Into } from "../bytes/hash.ts";

/** A Merkle tree hash, 32 bytes (RFC 6962 §2.1, SHA-256). */
export type Hash = Uint8Array;

const LEAF = Uint8Array.of(0);
/** 01 ‖ left ‖ right, for the node that is being hashed. */
const pair = new Uint8Array(65).fill(1, 0, 1);

/** The root of the tree without leaves: SHA-256 of no bytes. */
export const EMPTY_ROOT: Hash = sha256();

/** SHA-256(00 ‖ entry). */
export function leafHash(entry: Uint8Array | string): Hash {
  return sha256(LEAF, entry);
}

/** SHA-256(01 ‖ left ‖ right). */
export function nodeHash(left: Hash, right: Hash): Hash {
  pair.set(left, 1);
  pair.set(right, 33);
  const node = new Uint8Array(32);
  sha256Into(node, 0, pair);
  return node;
}

/**
 * A tree that grows at the right: the roots of its perfect subtrees from the largest to the smallest, which is
 * everything that appending needs.
 */
export type Frontier = { readonly size: number; readonly peaks: readonly Hash[] };

/** The frontier of the empty tree. */
export const EMPTY_FRONTIER: Frontier = { size: 0, peaks: [] };

/** Returns the frontier after appending the leaves. */
export function append(frontier: Frontier, leaves: Iterable<Hash>): Frontier {
  const peaks = [...frontier.peaks];
  let size = frontier.size;
  for (const leaf of leaves) {
    let node = leaf;
    // Each trailing one bit of the old size is a perfect subtree as large as the one just completed.
    for (let rest = size; rest % 2 === 1; rest = Math.floor(rest / 2)) node = nodeHash(peaks.pop()!, node);
    peaks.push(node);
    size++;
  }
  return { size, peaks };
}

/** Computes the root of a tree from its frontier. */
export function rootOf(frontier: Frontier): Hash {
  let root = frontier.peaks.at(-1);
  for (let i = frontier.peaks.length - 2; i >= 0; i--) root = nodeHash(frontier.peaks[i]!, root!);
  return root ?? EMPTY_ROOT;
}

/** Computes the root over all leaf hashes (MTH of RFC 6962 §2.1). */
export function treeRoot(leaves: readonly Hash[]): Hash {
  return rootOf(append(EMPTY_FRONTIER, leaves));
}

/**
 * Computes the root that an inclusion proof yields for a leaf (RFC 9162 §2.1.3.2).
 *
 * @throws LetterError `proof` when the index, the sizes or the length of the proof do not fit
 */
export function rootFromInclusion(index: number, size: number, leaf: Hash, proof: readonly Hash[]): Hash {
  assertIndex(index, size);
  assertHashes([leaf, ...proof]);
  let node = index;
  let last = size - 1;
  let root = leaf;
  for (const sibling of proof) {
    if (last === 0) throw new LetterError("proof", "the inclusion proof is too long");
    if (node % 2 === 1 || node === last) {
      root = nodeHash(sibling, root);
      while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      root = nodeHash(root, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  if (last !== 0) throw new LetterError("proof", "the inclusion proof is too short");
  return root;
}

/**
 * Checks that the tree of `size2` and `root2` begins with the tree of `size1` and `root1` (RFC 9162 §2.1.4.2).
 *
 * @throws LetterError `proof` when it does not, when the proof is malformed, or from size 0: it proves nothing
 */
export function assertConsistency(
  size1: number,
  root1: Hash,
  size2: number,
  root2: Hash,
  proof: readonly Hash[],
): void {
  assertHashes([root1, root2, ...proof]);
  if (!Number.isSafeInteger(size1) || !Number.isSafeInteger(size2) || size1 < 1 || size1 > size2) {
    throw new LetterError("proof", "no consistency proof leads from the first size to the second");
  }
  if (size1 === size2) {
    if (proof.length > 0) throw new LetterError("proof", "a consistency proof of equal sizes is empty");
    if (!equal(root1, root2)) throw new LetterError("proof", "two trees of one size have different roots");
    return;
  }
  const isPower = Number.isInteger(Math.log2(size1)) && 2 ** Math.log2(size1) === size1;
  const path = isPower ? [root1, ...proof] : [...proof];
  if (path.length === 0 || proof.length === 0) throw new LetterError("proof", "the consistency proof is too short");
  let node = size1 - 1;
  let last = size2 - 1;
  while (node % 2 === 1) [node, last] = [half(node), half(last)];
  let first = path[0]!;
  let second = path[0]!;
  for (const sibling of path.slice(1)) {
    if (last === 0) throw new LetterError("proof", "the consistency proof is too long");
    if (node % 2 === 1 || node === last) {
      first = nodeHash(sibling, first);
      second = nodeHash(sibling, second);
      while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      second = nodeHash(second, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  if (last !== 0) throw new LetterError("proof", "the consistency proof is too short");
  if (!equal(first, root1) || !equal(second, root2)) {
    throw new LetterError(
      "proof",
      "the later tree does not begin with the earlier one: entries were changed or removed",
    );
  }
}

/** Whether two hashes are equal. They are public, so the comparison need not take constant time. */
export function equal(a: Hash, b: Hash): boolean {
  return Buffer.compare(a, b) === 0;
}

function half(number: number): number {
  return Math.floor(number / 2);
}

function assertIndex(index: number, size: number): void {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size) {
    throw new LetterError("proof", "the index lies outside the tree");
  }
}

function assertHashes(hashes: readonly Hash[]): void {
  if (hashes.some((value) => value.length !== 32)) throw new LetterError("proof", "a hash of a proof has 32 bytes");
}
