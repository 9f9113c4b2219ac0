import { LetterError } from "../bytes/error.ts";
import { append, EMPTY_FRONTIER, type Hash, rootOf } from "./tree.ts";

/** The number of leaves of a tile: height 8 (C2SP tlog-tiles). A shard of list or ledger covers as many entries. */
export const TILE_WIDTH = 256;

/** Formats a number as groups of three digits, with an `x` before all but the last: 1234067 → `x001/x234/067`. */
export function formatTileNumber(number: number): string {
  if (!Number.isSafeInteger(number) || number < 0)
    throw new LetterError("tile", "the number of a tile is a natural number");
  const groups = [String(number % 1000).padStart(3, "0")];
  for (let rest = Math.floor(number / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    groups.unshift(`x${String(rest % 1000).padStart(3, "0")}`);
  }
  return groups.join("/");
}

/**
 * Returns the path of a tile below the ledger's address: `tile/L/N`, `tile/entries/N`, with `.p/W` for a partial one.
 *
 * @param width 1 to 256; 256 is a full tile
 */
export function tilePath(level: number | "entries", number: number, width: number): string {
  const full = `tile/${level}/${formatTileNumber(number)}`;
  return width === TILE_WIDTH ? full : `${full}.p/${width}`;
}

/** Returns the hashes of each level of tiles, in order. The last tile of a level may be partial. */
export function tileLevels(leaves: readonly Hash[]): Hash[][] {
  const levels = [[...leaves]];
  for (let below = levels[0]!; below.length >= TILE_WIDTH; below = levels.at(-1)!) {
    const level: Hash[] = [];
    for (let start = 0; start + TILE_WIDTH <= below.length; start += TILE_WIDTH) {
      level.push(rootOf(append(EMPTY_FRONTIER, below.slice(start, start + TILE_WIDTH))));
    }
    levels.push(level);
  }
  return levels;
}

/** Returns the partial tiles at the right edge of a tree of this size; a level whose last tile is full has none. */
export function partialTiles(size: number): { level: number; number: number; width: number }[] {
  const partial = [];
  for (let level = 0, count = size; count > 0; level++, count = Math.floor(count / TILE_WIDTH)) {
    const width = count % TILE_WIDTH;
    if (width > 0) partial.push({ level, number: Math.floor(count / TILE_WIDTH), width });
  }
  return partial;
}

/** Formats a bundle: each entry as u16 big-endian byte length and bytes (C2SP tlog-tiles, log entries). */
export function formatEntryBundle(entries: readonly string[]): Uint8Array {
  const bundle = Buffer.allocUnsafe(entries.reduce((length, entry) => length + 2 + Buffer.byteLength(entry), 0));
  let at = 0;
  for (const entry of entries) {
    const length = bundle.write(entry, at + 2);
    bundle.writeUInt16BE(length, at);
    at += 2 + length;
  }
  return bundle;
}

/** @throws LetterError `tile` when the bundle is cut short or does not hold `count` entries */
export function parseEntryBundle(bundle: Uint8Array, count: number): Uint8Array[] {
  const entries: Uint8Array[] = [];
  const view = new DataView(bundle.buffer, bundle.byteOffset, bundle.byteLength);
  let at = 0;
  while (at < bundle.length) {
    const end = at + 2 <= bundle.length ? at + 2 + view.getUint16(at) : Number.POSITIVE_INFINITY;
    if (end > bundle.length) throw new LetterError("tile", `entry ${entries.length} of the bundle is cut short`);
    entries.push(bundle.subarray(at + 2, end));
    at = end;
  }
  if (entries.length !== count)
    throw new LetterError("tile", `the bundle holds ${entries.length} entries, not ${count}`);
  return entries;
}

/** Returns the length in bytes of the first `count` entries of a bundle that has already been parsed. */
export function bundleLength(bundle: Uint8Array, count: number): number {
  const view = new DataView(bundle.buffer, bundle.byteOffset, bundle.byteLength);
  let at = 0;
  for (let i = 0; i < count; i++) at += 2 + view.getUint16(at);
  return at;
}
