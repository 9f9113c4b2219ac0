import { expect } from "vitest";
import { verifyPublished } from "../../../scripts/letter/published/verification.ts";
import { readFrom, type Site } from "../invented.ts";

/** The site with one bit of one file changed. */
export function flip(of: Site, path: string, bit: number): Site {
  const bytes = Buffer.from(of.get(path)!);
  bytes[bit >> 3]! ^= 1 << (bit & 7);
  return new Map(of).set(path, bytes);
}

/**
 * Changes single bits all over the files that verification can judge whole (a page holds more than the letter, and the
 * recipients in keys.json sign nothing), each file as often as the others.
 *
 * @returns the changes that were not found, or whose place was not named
 */
export async function unnoticedFlips(
  of: Site,
  rounds: number,
  random: (count: number) => Uint8Array,
): Promise<string[]> {
  const paths = await judged(of);
  expect(paths.length).toBeGreaterThanOrEqual(8);
  const unnoticed: string[] = [];
  for (let round = 0; round < rounds; round++) {
    const path = paths[round % paths.length]!;
    const bit = Buffer.from(random(4)).readUInt32BE() % (of.get(path)!.length * 8);
    const reason = await reasonOf(flip(of, path, bit));
    if (!names(reason, path)) unnoticed.push(`${path} bit ${bit}: ${reason}`);
  }
  return unnoticed;
}

async function judged(of: Site): Promise<string[]> {
  const paths = new Set<string>();
  await verifyPublished(async (path) => {
    if (of.has(path) && !/html$|^keys\.json$/.test(path)) paths.add(path);
    return of.get(path);
  });
  return [...paths];
}

async function reasonOf(of: Site): Promise<string> {
  try {
    await verifyPublished(readFrom(of));
    return "ok";
  } catch (error) {
    return (error as Error).message;
  }
}

/** An entry and its leaf hash tell against each other, and so do the texts of an edition: one of them is named. */
function names(reason: string, path: string): boolean {
  const place = path.replace(/^(ledger\/tile)\/(entries|0)\//, "$1/").replace(/\/\w\w\.md$/, "");
  return reason.replace(/tile\/(entries|0)\//g, "tile/").includes(place);
}
