import { decodeUtf8, type Read, readRequired, textOf, withContext } from "../bytes/read.ts";
import { openCheckpoint } from "../ledger/checkpoint.ts";
import { assertNotSmaller } from "../ledger/continuation.ts";
import type { NoteVerifier } from "../ledger/note.ts";
import { parseEntryBundle, TILE_WIDTH, tilePath } from "../ledger/tile.ts";

/** How many files are requested at once. */
const AT_ONCE = 8;

/**
 * Reads the checkpoint of a published ledger and its entries from a size on: the checkpoint, and the bundles that hold
 * them. The caller must compare them with the root (`openContinuation`).
 *
 * @throws LetterError `note` or `checkpoint` for another key or ledger, `ledger` for a smaller one, `tile` or `verify` for
 *   a file that is damaged or missing
 */
export async function readLedgerSince(
  read: Read,
  size: number,
  verifier: NoteVerifier,
  progress: (done: number, of: number) => void = () => {},
): Promise<{ note: string; since: string[] }> {
  const path = "ledger/checkpoint";
  const note = textOf(path, await readRequired(read, path));
  const checkpoint = withContext(path, () => openCheckpoint(note, verifier));
  assertNotSmaller(checkpoint.size, size);
  const since: string[] = [];
  const first = Math.floor(size / TILE_WIDTH);
  const end = checkpoint.size === size ? first : Math.ceil(checkpoint.size / TILE_WIDTH);
  for (let start = first; start < end; start += AT_ONCE) {
    const numbers = Array.from({ length: Math.min(AT_ONCE, end - start) }, (_, i) => start + i);
    const bundles = await Promise.all(numbers.map((number) => readBundle(read, number, checkpoint.size)));
    for (const [i, entries] of bundles.entries())
      for (const entry of entries.slice(Math.max(0, size - numbers[i]! * TILE_WIDTH))) since.push(entry);
    progress(since.length, checkpoint.size - size);
  }
  return { note, since };
}

async function readBundle(read: Read, number: number, size: number): Promise<string[]> {
  const width = Math.min(TILE_WIDTH, size - number * TILE_WIDTH);
  const path = `ledger/${tilePath("entries", number, width)}`;
  const bundle = await readRequired(read, path);
  return withContext(path, () => parseEntryBundle(bundle, width).map(decodeUtf8));
}
