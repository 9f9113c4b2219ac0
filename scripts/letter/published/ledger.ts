import { LetterError } from "../bytes/error.ts";
import { type Read, readRequired, withContext } from "../bytes/read.ts";
import { type Checkpoint, formatRoot } from "../ledger/checkpoint.ts";
import { bundleLength, parseEntryBundle, partialTiles, TILE_WIDTH, tileLevels, tilePath } from "../ledger/tile.ts";
import { append, EMPTY_FRONTIER, equal, type Frontier, type Hash, leafHash, rootOf } from "../ledger/tree.ts";

/** How many files are requested at once. */
const AT_ONCE = 8;

/**
 * Reads a published C2SP tlog-tiles log from its entry bundles, checks every tile and the root of the checkpoint
 * against them, and passes each entry to `entry` in order. It keeps in memory the hashes of one tile and of the levels
 * above.
 *
 * @param prefix the path of the log, such as `ledger/`
 * @param entry returns true when a checkpoint can have been signed after it: then the tiles of that size are checked
 * @param wanted sizes whose roots are returned, computed from the entries
 * @throws LetterError `ledger` or `tile` naming the file, and the entry if one is wrong
 */
export async function readPublishedLedger(
  read: Read,
  prefix: string,
  checkpoint: Checkpoint,
  entry: (bytes: Uint8Array, index: number) => unknown,
  wanted: readonly number[] = [],
): Promise<ReadonlyMap<number, Hash>> {
  let frontier = EMPTY_FRONTIER;
  const roots = new Map([[0, rootOf(frontier)]]);
  const above: Hash[] = [];
  const sizes: number[] = [];
  for (let number = 0; number * TILE_WIDTH < checkpoint.size; number++) {
    const start = number * TILE_WIDTH;
    const width = Math.min(TILE_WIDTH, checkpoint.size - start);
    const path = prefix + tilePath("entries", number, width);
    const bundle = await readRequired(read, path);
    const entries = withContext(path, () => parseEntryBundle(bundle, width));
    const leaves = entries.map((bytes) => leafHash(bytes));
    await checkTile(read, prefix + tilePath(0, number, width), leaves, (i) => `entry ${start + i} in ${path}`);
    const before = sizes.length;
    for (const [i, bytes] of entries.entries()) {
      if (withContext(`${path}: entry ${start + i}`, () => entry(bytes, start + i)) === true) sizes.push(start + i + 1);
    }
    const widths = sizes.slice(before).map((size) => size - start);
    await checkOldTiles(read, prefix, { number, leaves, bundle }, widths);
    for (const size of wanted) {
      if (size > start && size <= start + width) roots.set(size, rootAt(frontier, leaves, size));
    }
    if (width === TILE_WIDTH) above.push(rootOf(append(EMPTY_FRONTIER, leaves)));
    frontier = append(frontier, leaves);
  }
  await checkLevelsAbove(read, prefix, above, sizes);
  const root = rootOf(frontier);
  if (!equal(root, checkpoint.root)) {
    throw new LetterError(
      "ledger",
      `${prefix}checkpoint: the root is ${formatRoot(checkpoint.root)}, but the ${checkpoint.size} entries give ${formatRoot(root)}`,
    );
  }
  return roots;
}

function rootAt(frontier: Frontier, leaves: readonly Hash[], size: number): Hash {
  return rootOf(append(frontier, leaves.slice(0, size - frontier.size)));
}

/** Checks the partial tiles of earlier sizes, which anyone with an old checkpoint or receipt needs to check it. */
async function checkOldTiles(
  read: Read,
  prefix: string,
  tile: { number: number; leaves: readonly Hash[]; bundle: Uint8Array },
  widths: readonly number[],
): Promise<void> {
  const { number, leaves, bundle } = tile;
  await eachOf(
    widths.filter((width) => width < leaves.length),
    async (width) => {
      await checkTile(read, prefix + tilePath(0, number, width), leaves.slice(0, width), (i) => `hash ${i}`);
      const path = prefix + tilePath("entries", number, width);
      const old = await readRequired(read, path);
      if (Buffer.compare(old, bundle.subarray(0, bundleLength(bundle, width))) !== 0)
        throw new LetterError("tile", `${path}: not the first ${width} entries of its bundle`);
    },
  );
}

async function checkLevelsAbove(
  read: Read,
  prefix: string,
  first: readonly Hash[],
  sizes: readonly number[],
): Promise<void> {
  if (first.length === 0) return;
  const levels = tileLevels(first);
  const tiles = new Map<string, readonly Hash[]>();
  const add = (level: number, number: number, width: number) => {
    const start = number * TILE_WIDTH;
    tiles.set(prefix + tilePath(level, number, width), levels[level - 1]?.slice(start, start + width) ?? []);
  };
  for (const [i, hashes] of levels.entries()) {
    for (let number = 0; number * TILE_WIDTH < hashes.length; number++)
      add(i + 1, number, Math.min(TILE_WIDTH, hashes.length - number * TILE_WIDTH));
  }
  for (const size of sizes) {
    for (const { level, number, width } of partialTiles(size)) if (level > 0) add(level, number, width);
  }
  await eachOf([...tiles], ([path, hashes]) => checkTile(read, path, hashes, (at) => `hash ${at}`));
}

async function checkTile(
  read: Read,
  path: string,
  hashes: readonly Hash[],
  what: (i: number) => string,
): Promise<void> {
  const tile = await readRequired(read, path);
  const wrong = hashes.findIndex((hash, i) => !equal(hash, tile.subarray(i * 32, i * 32 + 32)));
  if (wrong >= 0) throw new LetterError("tile", `${path}: ${what(wrong)} does not have the hash that is in this tile`);
  if (tile.length !== hashes.length * 32)
    throw new LetterError("tile", `${path}: ${tile.length} bytes, not ${hashes.length * 32}`);
}

async function eachOf<T>(all: readonly T[], run: (one: T) => Promise<void>): Promise<void> {
  for (let start = 0; start < all.length; start += AT_ONCE)
    await Promise.all(all.slice(start, start + AT_ONCE).map(run));
}
