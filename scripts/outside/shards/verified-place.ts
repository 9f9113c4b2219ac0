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
    const read = openPublished(place, (path) => passedOver.push(path), get, done.signal);
    return { ...(await verifyPublished(read, vkey, { ...options, work })), passedOver };
  } finally {
    // Nobody waits for what was read ahead of an error.
    done.abort();
    await work.close();
  }
}
