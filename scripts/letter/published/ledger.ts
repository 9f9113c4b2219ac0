import { LetterError } from "../bytes/error.ts";
import { inOrder, notYetAwaited } from "../bytes/in-order.ts";
import { type Read, readRequired, withContext } from "../bytes/read.ts";
import { type Checkpoint, formatRoot } from "../ledger/checkpoint.ts";
import { bundleLength, parseEntryBundle, partialTiles, TILE_WIDTH, tileLevels, tilePath } from "../ledger/tile.ts";
import { append, EMPTY_FRONTIER, equal, type Frontier, type Hash, leafHash, rootOf } from "../ledger/tree.ts";

/** How many files are requested at once. */
const AT_ONCE = 8;

/** What is found in a bundle before its entries are passed on: their leaf hashes, and whatever `entry` wants to know. */
export type Bundle = { readonly leaves: readonly Hash[]; readonly attested?: Uint8Array | undefined };

/** How a log is read. */
export type LogReading = {
  /**
   * takes an entry in its turn; returns true when a checkpoint can have been signed after it: then the tiles of that size
   * are checked. `attested`: what `look` said of it
   */
  readonly entry: (bytes: Uint8Array, index: number, attested: boolean) => unknown;
  /** sizes whose roots are returned, computed from the entries */
  readonly wanted?: readonly number[];
  /** looks into a bundle of so many entries, before those of an earlier one have been taken; it never throws */
  readonly look?: (bundle: Uint8Array, width: number) => Promise<Bundle>;
  /** how many bundles are read and looked into ahead; one unless it says more */
  readonly atOnce?: number;
};

/**
 * Reads a published C2SP tlog-tiles log from its entry bundles, checks every tile and the root of the checkpoint
 * against them, and passes each entry to `entry` in order. It keeps in memory a few bundles, and the hashes of the levels
 * above.
 *
 * @param prefix the path of the log, such as `ledger/`
 * @throws LetterError `ledger` or `tile` naming the first file that is wrong, in the order of the log, and the entry
 */
export async function readPublishedLedger(
  read: Read,
  prefix: string,
  checkpoint: Checkpoint,
  { entry, wanted = [], look, atOnce = 1 }: LogReading,
): Promise<ReadonlyMap<number, Hash>> {
  let frontier = EMPTY_FRONTIER;
  const roots = new Map([[0, rootOf(frontier)]]);
  const above: Hash[] = [];
  const sizes: number[] = [];
  const load = async (number: number): Promise<Loaded> => {
    const width = Math.min(TILE_WIDTH, checkpoint.size - number * TILE_WIDTH);
    const path = prefix + tilePath("entries", number, width);
    const tile = notYetAwaited(readRequired(read, prefix + tilePath(0, number, width)));
    const bundle = await readRequired(read, path);
    const entries = withContext(path, () => parseEntryBundle(bundle, width));
    const { leaves, attested } = look ? await look(bundle, width) : { leaves: entries.map((bytes) => leafHash(bytes)) };
    return { number, width, path, tile, bundle, entries, leaves, attested };
  };
  // The tiles of older sizes are read while the next entries are taken; what is wrong with them still comes first.
  const old: Promise<void>[] = [];
  try {
    for await (const { number, width, path, tile, bundle, entries, leaves, attested } of inOrder(
      bundlesOf(checkpoint.size),
      load,
      atOnce,
    )) {
      const start = number * TILE_WIDTH;
      const tileName = prefix + tilePath(0, number, width);
      assertTile(await tile, tileName, leaves, (i) => `entry ${start + i} in ${path}`);
      const before = sizes.length;
      for (const [i, bytes] of entries.entries()) {
        const taken = withContext(`${path}: entry ${start + i}`, () => entry(bytes, start + i, attested?.[i] === 1));
        if (taken === true) sizes.push(start + i + 1);
      }
      const widths = sizes.slice(before).map((size) => size - start);
      old.push(notYetAwaited(checkOldTiles(read, prefix, { number, leaves, bundle }, widths)));
      for (const size of wanted) {
        if (size > start && size <= start + width) roots.set(size, rootAt(frontier, leaves, size));
      }
      if (width === TILE_WIDTH) above.push(rootOf(append(EMPTY_FRONTIER, leaves)));
      frontier = append(frontier, leaves);
      if (old.length < atOnce) continue;
      await old[0];
      old.shift();
    }
  } catch (cause) {
    for (const earlier of old) await earlier;
    throw cause;
  }
  for (const earlier of old) await earlier;
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

type Loaded = Bundle & {
  readonly number: number;
  readonly width: number;
  readonly path: string;
  readonly tile: Promise<Uint8Array>;
  readonly bundle: Uint8Array;
  readonly entries: readonly Uint8Array[];
};

function* bundlesOf(size: number): Generator<number> {
  for (let number = 0; number * TILE_WIDTH < size; number++) yield number;
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
  assertTile(await readRequired(read, path), path, hashes, what);
}

function assertTile(tile: Uint8Array, path: string, hashes: readonly Hash[], what: (i: number) => string): void {
  const wrong = hashes.findIndex((hash, i) => !equal(hash, tile.subarray(i * 32, i * 32 + 32)));
  if (wrong >= 0) throw new LetterError("tile", `${path}: ${what(wrong)} does not have the hash that is in this tile`);
  if (tile.length !== hashes.length * 32)
    throw new LetterError("tile", `${path}: ${tile.length} bytes, not ${hashes.length * 32}`);
}

async function eachOf<T>(all: readonly T[], run: (one: T) => Promise<void>): Promise<void> {
  for await (const _ of inOrder(all, run, AT_ONCE));
}
