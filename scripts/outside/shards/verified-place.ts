import { existsSync, statSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import type { Read } from "../../letter/bytes/read.ts";
import { belongs } from "../../letter/published/belonging.ts";
import { type VerifyOptions, verifyPublished } from "../../letter/published/verification.ts";
import type { Found } from "../../letter/published/verified-words.ts";
import { openPublished } from "../published.ts";
import type { Get } from "../tor/socks.ts";
import { openShardPool } from "./pool.ts";

/**
 * Verifies what is published in a folder, in a bag or at an address (`verifyPublished`) with all cores.
 *
 * @param get asks an address; over Tor, see `getOverSocks`
 * @throws LetterError naming the file, the entry or the line, and the rule that is broken
 */
export async function verifyPlace(
  place: string,
  vkey?: string,
  options: Omit<VerifyOptions, "work"> = {},
  get?: Get,
): Promise<Found> {
  const [work, done] = [openShardPool(), new AbortController()];
  const passedOver: string[] = [];
  try {
    const published = openPublished(place, (path) => passedOver.push(path), get, done.signal);
    const seen = new Set<string>();
    const read: Read = (path) => {
      seen.add(path);
      return published(path);
    };
    const verified = await verifyPublished(read, vkey, { ...options, work });
    const files = await filesOfSite(place);
    return { ...verified, passedOver, strangers: files.filter((path) => !belongs(path, seen, verified.size)) };
  } finally {
    // Nobody waits for what was read ahead of an error.
    done.abort();
    await work.close();
  }
}

/** The files of a site's folder, in order. A bag has manifests that name its files, and an address lists none. */
async function filesOfSite(place: string): Promise<string[]> {
  if (!statSync(place, { throwIfNoEntry: false })?.isDirectory() || existsSync(join(place, "bagit.txt"))) return [];
  const entries = await readdir(place, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(place, join(entry.parentPath, entry.name)).replaceAll(sep, "/"))
    .sort();
}
