/** Finds numbers by a name that is as good as random, such as a hash, of which it keeps 32 bits. */
export type Finder = {
  /** Adds a number, at most 2^32 - 2, under a name of 4 bytes at least. */
  add(name: Uint8Array, number: number): void;
  /** Returns the numbers that were added under this name, and now and then one that was added under another. */
  find(name: Uint8Array): number[];
};

/** Opens an empty finder. It takes 16 bytes for each number, or 8 when it is full. */
export function openFinder(): Finder {
  let size = 0;
  // Pairs: the first 32 bits of the name, and the number plus one; 0 where the slot is free.
  let slots = new Uint32Array(2 * 1024);

  const put = (table: Uint32Array, mark: number, number: number) => {
    const mask = table.length / 2 - 1;
    let slot = mark & mask;
    while (table[2 * slot + 1] !== 0) slot = (slot + 1) & mask;
    table[2 * slot] = mark;
    table[2 * slot + 1] = number + 1;
  };

  return {
    add(name, number) {
      if (++size * 4 > slots.length) {
        const more = new Uint32Array(slots.length * 2);
        for (let at = 0; at < slots.length; at += 2) if (slots[at + 1] !== 0) put(more, slots[at]!, slots[at + 1]! - 1);
        slots = more;
      }
      put(slots, markOf(name), number);
    },
    find(name) {
      const [mark, mask] = [markOf(name), slots.length / 2 - 1];
      const found: number[] = [];
      for (let slot = mark & mask; slots[2 * slot + 1] !== 0; slot = (slot + 1) & mask)
        if (slots[2 * slot] === mark) found.push(slots[2 * slot + 1]! - 1);
      return found;
    },
  };
}

function markOf(name: Uint8Array): number {
  return (name[0]! | (name[1]! << 8) | (name[2]! << 16) | (name[3]! << 24)) >>> 0;
}
