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

/** An accept entry in bytes: both commitments have 32. */
export type AcceptedBytes = {
  readonly edition: string;
  readonly publicCommitment: Uint8Array;
  readonly contactCommitment: Uint8Array;
};

/** The accept entries of a ledger while it is read. */
export type OpenAccepted = AcceptedEntries & {
  /** Adds the entry at this index, after those before it; false when one of its commitments is there already, after which the set is of no use. */
  add(index: number, entry: AcceptEntry): boolean;
  /** The same for an entry in bytes. */
  addBytes(index: number, entry: AcceptedBytes): boolean;
  /** Returns the edition and the public commitment of the entry at this index: a view, which is good until more is added. */
  bytesAt(index: number): Pick<AcceptedBytes, "edition" | "publicCommitment"> | undefined;
  /** Whether an entry has this commitment, public or contact (base64url of 32 bytes). */
  hasCommitment(commitment: string): boolean;
};

/** Bytes of a commitment, and of the two that an entry has. */
const [ONE, BOTH] = [32, 64];
/** 32-bit words of a commitment. */
const WORDS = 8;
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
  const words: Uint32Array[] = [];
  const editions: string[] = [];
  const crowded = new Set<string>();
  let indexes = new Uint32Array(256);
  let editionOf = new Uint32Array(256);
  // The number of a commitment plus one, at the first free slot after the one that its bytes name.
  let slots = new Uint32Array(1024);
  let size = 0;
  const sought = new Uint32Array(WORDS);
  const soughtBytes = new Uint8Array(sought.buffer);

  const commitment = (number: number): Uint8Array => {
    const at = (Math.floor(number / 2) % BLOCK) * BOTH + (number % 2) * ONE;
    return blocks[Math.floor(number / 2 / BLOCK)]!.subarray(at, at + ONE);
  };

  const isSought = (number: number): boolean => {
    const all = words[Math.floor(number / 2 / BLOCK)]!;
    const at = ((Math.floor(number / 2) % BLOCK) * 2 + (number % 2)) * WORDS;
    for (let i = 0; i < WORDS; i++) if (all[at + i] !== sought[i]) return false;
    return true;
  };

  /** Looks for the commitment in `sought`: the free slot where it belongs, -1 when it is there, -2 when all slots are taken. */
  const seek = (): number => {
    const mask = slots.length - 1;
    let slot = slotOf(sought) & mask;
    for (let tries = 0; tries < MOST_TRIES; tries++, slot = (slot + 1) & mask) {
      const number = slots[slot]!;
      if (number === 0) return slot;
      if (isSought(number - 1)) return -1;
    }
    return crowded.has(formatBase64url(soughtBytes)) ? -1 : -2;
  };

  /** Puts the commitment that is in `sought` into its place; false when it is there already. */
  const remember = (number: number): boolean => {
    const slot = seek();
    if (slot === -1) return false;
    if (slot === -2) crowded.add(formatBase64url(soughtBytes));
    else slots[slot] = number + 1;
    return true;
  };

  const grow = (): void => {
    if (size === indexes.length) [indexes, editionOf] = [doubled(indexes), doubled(editionOf)];
    if (size % BLOCK === 0) {
      blocks.push(new Uint8Array(BLOCK * BOTH));
      words.push(new Uint32Array(blocks.at(-1)!.buffer));
    }
    if (size * 4 < slots.length) return;
    // The old slots go first: at a million entries both together would be a tenth of all memory.
    slots = new Uint32Array(0);
    slots = new Uint32Array(Math.max(1024, nextPower(size * 4)));
    crowded.clear();
    for (let number = 0; number < size * 2; number++) {
      soughtBytes.set(commitment(number));
      remember(number);
    }
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

  const addBytes: OpenAccepted["addBytes"] = (index, { edition, publicCommitment, contactCommitment }) => {
    grow();
    const [block, at] = [blocks[Math.floor(size / BLOCK)]!, (size % BLOCK) * BOTH];
    soughtBytes.set(publicCommitment);
    block.set(soughtBytes, at);
    if (!remember(size * 2)) return false;
    soughtBytes.set(contactCommitment);
    block.set(soughtBytes, at + ONE);
    if (!remember(size * 2 + 1)) return false;
    indexes[size] = index;
    editionOf[size] = numberOf(edition, editions);
    size++;
    return true;
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
    bytesAt(index) {
      const place = placeOf(index);
      if (place < 0) return undefined;
      return { edition: editions[editionOf[place]!]!, publicCommitment: commitment(place * 2) };
    },
    hasCommitment(text) {
      soughtBytes.set(parseBase64url(text, ONE));
      return seek() === -1;
    },
    add: (index, { edition, publicCommitment, contactCommitment }) =>
      addBytes(index, {
        edition,
        publicCommitment: parseBase64url(publicCommitment, ONE),
        contactCommitment: parseBase64url(contactCommitment, ONE),
      }),
    addBytes,
  };
}

/** Mixes all bytes: those of a commitment are as good as random, unless somebody chose them. */
function slotOf(words: Uint32Array): number {
  let mixed = 0;
  for (let at = 0; at < WORDS; at++) mixed = Math.imul(mixed ^ words[at]!, 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}

/** Returns the smallest power of two that is larger than the number. */
function nextPower(number: number): number {
  return 2 ** (Math.floor(Math.log2(number)) + 1);
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
