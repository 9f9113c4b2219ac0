import { type Checkpoint, formatRoot } from "./checkpoint.ts";
import { LetterError } from "./error.ts";
import { inside, need, type Read } from "./published-file.ts";
import { parseEntryBundle, TILE_WIDTH, tileLevels, tilePath } from "./tile.ts";
import { append, EMPTY_FRONTIER, equal, type Hash, leafHash, rootOf } from "./tree.ts";

/**
 * Reads a published C2SP tlog-tiles log from its entry bundles, checks every tile and the root of the checkpoint
 * against them, and hands on each entry in order. Memory: the hashes of one tile and of the levels above.
 *
 * @param prefix where the log lies, such as `ledger/`
 * @throws LetterError `ledger` or `tile` naming the file, and the entry where one is wrong
 */
export async function readPublishedLedger(
  read: Read,
  prefix: string,
  checkpoint: Checkpoint,
  entry: (bytes: Uint8Array, index: number) => void,
): Promise<void> {
  let frontier = EMPTY_FRONTIER;
  const above: Hash[] = [];
  for (let number = 0; number * TILE_WIDTH < checkpoint.size; number++) {
    const width = Math.min(TILE_WIDTH, checkpoint.size - number * TILE_WIDTH);
    const bundlePath = prefix + tilePath("entries", number, width);
    const bundle = await need(read, bundlePath);
    const entries = inside(bundlePath, () => parseEntryBundle(bundle, width));
    const leaves = entries.map((bytes) => leafHash(bytes));
    await checkTile(
      read,
      prefix + tilePath(0, number, width),
      leaves,
      (i) => `entry ${number * TILE_WIDTH + i} in ${bundlePath}`,
    );
    for (const [i, bytes] of entries.entries()) {
      const index = number * TILE_WIDTH + i;
      inside(`${bundlePath}: entry ${index}`, () => entry(bytes, index));
    }
    if (width === TILE_WIDTH) above.push(rootOf(append(EMPTY_FRONTIER, leaves)));
    frontier = append(frontier, leaves);
  }
  await checkLevelsAbove(read, prefix, above);
  const root = rootOf(frontier);
  if (!equal(root, checkpoint.root)) {
    throw new LetterError(
      "ledger",
      `${prefix}checkpoint: the root is ${formatRoot(checkpoint.root)}, but the ${checkpoint.size} entries give ${formatRoot(root)}`,
    );
  }
}

async function checkLevelsAbove(read: Read, prefix: string, first: readonly Hash[]): Promise<void> {
  if (first.length === 0) return;
  for (const [i, hashes] of tileLevels(first).entries()) {
    for (let number = 0; number * TILE_WIDTH < hashes.length; number++) {
      const part = hashes.slice(number * TILE_WIDTH, (number + 1) * TILE_WIDTH);
      await checkTile(read, prefix + tilePath(i + 1, number, part.length), part, (at) => `hash ${at}`);
    }
  }
}

async function checkTile(
  read: Read,
  path: string,
  hashes: readonly Hash[],
  what: (i: number) => string,
): Promise<void> {
  const tile = await need(read, path);
  const wrong = hashes.findIndex((hash, i) => !equal(hash, tile.subarray(i * 32, i * 32 + 32)));
  if (wrong >= 0)
    throw new LetterError("tile", `${path}: ${what(wrong)} does not have the hash that stands in this tile`);
  if (tile.length !== hashes.length * 32)
    throw new LetterError("tile", `${path}: ${tile.length} bytes, not ${hashes.length * 32}`);
}
