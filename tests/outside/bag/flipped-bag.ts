import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { parseTarHeader, TAR_BLOCK, TAR_END, tarPadding } from "../../../scripts/letter/handover/tar.ts";
import type { Bag } from "../../../scripts/outside/bag/found-bag.ts";
import { openBag } from "../../../scripts/outside/bag/reader.ts";

/**
 * Changes single bits all over a bag, one at a time, in the file itself; afterwards it is what it was.
 *
 * @param look what a reader of the bag says about it: a bag that it refuses throws
 * @returns the changes that were not found, or whose place was not named
 */
export async function unnoticedBagFlips(
  file: string,
  rounds: number,
  random: (count: number) => Uint8Array,
  look: (bag: Bag) => Promise<string> = async ({ problems }) =>
    problems.map(({ path, reason }) => `${path} ${reason}`).join("\n"),
): Promise<string[]> {
  const bytes = readFileSync(file);
  const places = [...placesIn(bytes)];
  const below = (limit: number) => Buffer.from(random(4)).readUInt32BE() % limit;
  const unnoticed: string[] = [];
  const handle = openSync(file, "r+");
  for (let round = 0; round < rounds; round++) {
    // Each part as often as the others: a bag is mostly fonts and pages.
    const { from, to, name } = places[below(places.length)]!;
    const bit = from * 8 + below((to - from) * 8);
    const at = bit >> 3;
    writeSync(handle, Uint8Array.of(bytes[at]! ^ (1 << (bit & 7))), 0, 1, at);
    const said = await saidOf(file, look);
    if (!said.includes(name)) unnoticed.push(`bit ${bit} of ${name}: ${said}`);
    writeSync(handle, bytes, at, 1, at);
  }
  closeSync(handle);
  return unnoticed;
}

async function saidOf(file: string, look: (bag: Bag) => Promise<string>): Promise<string> {
  let bag: Bag | undefined;
  try {
    bag = await openBag(file);
    return await look(bag);
  } catch (error) {
    return (error as Error).message;
  } finally {
    await bag?.close();
  }
}

type Place = { readonly from: number; readonly to: number; readonly name: string };

/** The parts of a tar, and what a reader calls each of them. */
function* placesIn(bytes: Buffer): Generator<Place> {
  let at = 0;
  for (; at < bytes.length - TAR_END.length; ) {
    const { path, size } = parseTarHeader(bytes.subarray(at, at + TAR_BLOCK));
    const inner = path.slice(path.indexOf("/") + 1);
    const [content, end] = [at + TAR_BLOCK, at + TAR_BLOCK + size];
    yield { from: at, to: content, name: `at byte ${at}` };
    if (size > 0) yield { from: content, to: end, name: inner };
    at = end + tarPadding(size);
    if (at > end) yield { from: end, to: at, name: inner };
  }
  yield { from: at, to: bytes.length, name: `at byte ${at}` };
}
