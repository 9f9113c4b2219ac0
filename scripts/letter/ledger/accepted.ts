import { formatBase64url, parseBase64url } from "../bytes/base64url.ts";
import type { AcceptEntry } from "./entry.ts";

/** What the row of an accept entry is compared with. */
export type Accepted = Pick<AcceptEntry, "edition" | "publicCommitment">;

/** The accept entries of a ledger, by their index. */
export type AcceptedEntries = {
  readonly size: number;
  has(index: number): boolean;
  get(index: number): Accepted | undefined;
  /** the indexes, ascending */
  keys(): Generator<number>;
};

/** The accept entries of a ledger while it is read. */
export type OpenAccepted = AcceptedEntries & {
  /** Adds the entry at this index, after those before it; false when one of its commitments is there already, after which the set is of no use. */
  add(index: number, entry: AcceptEntry): boolean;
};

/** Bytes of a commitment, and of the two that an entry has. */
const [ONE, BOTH] = [32, 64];
/** Entries whose commitments are in one block: a whole array that doubles would be in memory twice. */
const BLOCK = 2 ** 14;
/** Slots that are tried for one commitment. Anyone who writes a ledger could give all of them the same first slot. */
const MOST_TRIES = 64;

/**
 * Opens an empty set of accept entries. Of a million, each with two commitments, it holds the 64 bytes that say anything
 * and a few to find them by: as strings they took five times as much.
 */
export function openAccepted(): OpenAccepted {
  const blocks: Uint8Array[] = [];
  const editions: string[] = [];
  const crowded = new Set<string>();
  let indexes = new Uint32Array(256);
  let editionOf = new Uint32Array(256);
  // The number of a commitment plus one, at the first free slot after the one that its bytes name.
  let slots = new Uint32Array(1024);
  let size = 0;

  const commitment = (number: number): Uint8Array => {
    const at = (Math.floor(number / 2) % BLOCK) * BOTH + (number % 2) * ONE;
    return blocks[Math.floor(number / 2 / BLOCK)]!.subarray(at, at + ONE);
  };

  const isThere = (bytes: Uint8Array): boolean => {
    const mask = slots.length - 1;
    let slot = slotOf(bytes, mask);
    for (let tries = 0; tries < MOST_TRIES; tries++, slot = (slot + 1) & mask) {
      const number = slots[slot]!;
      if (number === 0) return false;
      if (Buffer.compare(commitment(number - 1), bytes) === 0) return true;
    }
    return crowded.has(formatBase64url(bytes));
  };

  const remember = (number: number): void => {
    const mask = slots.length - 1;
    const bytes = commitment(number);
    let slot = slotOf(bytes, mask);
    for (let tries = 0; tries < MOST_TRIES; tries++, slot = (slot + 1) & mask) {
      if (slots[slot] !== 0) continue;
      slots[slot] = number + 1;
      return;
    }
    crowded.add(formatBase64url(bytes));
  };

  const grow = (): void => {
    if (size === indexes.length) [indexes, editionOf] = [doubled(indexes), doubled(editionOf)];
    if (size % BLOCK === 0) blocks.push(new Uint8Array(BLOCK * BOTH));
    if (size * 4 < slots.length) return;
    slots = new Uint32Array(slots.length * 2);
    crowded.clear();
    for (let number = 0; number < size * 2; number++) remember(number);
  };

  const placeOf = (index: number): number => {
    let [low, high] = [0, size];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (indexes[middle]! < index) low = middle + 1;
      else high = middle;
    }
    return low < size && indexes[low] === index ? low : -1;
  };

  return {
    get size() {
      return size;
    },
    has: (index) => placeOf(index) >= 0,
    get(index) {
      const place = placeOf(index);
      if (place < 0) return undefined;
      return { edition: editions[editionOf[place]!]!, publicCommitment: formatBase64url(commitment(place * 2)) };
    },
    *keys() {
      for (let place = 0; place < size; place++) yield indexes[place]!;
    },
    add(index, entry) {
      grow();
      const block = blocks[Math.floor(size / BLOCK)]!;
      for (const [i, text] of [entry.publicCommitment, entry.contactCommitment].entries()) {
        const bytes = parseBase64url(text, ONE);
        if (isThere(bytes)) return false;
        block.set(bytes, (size % BLOCK) * BOTH + i * ONE);
        remember(size * 2 + i);
      }
      indexes[size] = index;
      editionOf[size] = numberOf(entry.edition, editions);
      size++;
      return true;
    },
  };
}

/** Mixes all bytes: those of a commitment are as good as random, unless somebody chose them. */
function slotOf(bytes: Uint8Array, mask: number): number {
  let mixed = 0;
  for (let at = 0; at < ONE; at += 4)
    mixed = Math.imul(
      mixed ^ (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)),
      0x9e3779b1,
    );
  return (mixed ^ (mixed >>> 15)) & mask;
}

function doubled(numbers: Uint32Array): Uint32Array<ArrayBuffer> {
  const more = new Uint32Array(numbers.length * 2);
  more.set(numbers);
  return more;
}

function numberOf(edition: string, editions: string[]): number {
  if (editions.at(-1) === edition) return editions.length - 1;
  const known = editions.indexOf(edition);
  return known >= 0 ? known : editions.push(edition) - 1;
}
