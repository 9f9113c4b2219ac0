import { LetterError } from "../letter/bytes/error.ts";
import { decodeUtf8, readRequired, textOf } from "../letter/bytes/read.ts";
import type { Expected } from "../letter/handover/contacts-payload.ts";
import { type Handover, parseHandover } from "../letter/handover/handover.ts";
import { parseEntry } from "../letter/ledger/entry.ts";
import { TILE_WIDTH } from "../letter/ledger/tile.ts";
import { readPublishedLedger } from "../letter/published/ledger.ts";
import { type Verified, verifyPublished } from "../letter/published/verification.ts";
import { idOf } from "../letter/signature/derivation.ts";
import { listShardName, parseListShard } from "../letter/signature/list.ts";
import type { Bag } from "../outside/bag/found-bag.ts";

/** What a public bag says, all of it verified. */
export type PublicBagFacts = {
  readonly handover: Handover;
  readonly verified: Verified;
  readonly entries: readonly string[];
  /** whose contact record must come with it, ascending by id */
  readonly expected: readonly Expected[];
};

/**
 * Verifies a public bag and reads from it who has signed.
 *
 * @param vkey the ledger's key where it is known from elsewhere
 * @throws LetterError when a file of the bag is damaged, or anything in it does not agree with the ledger
 */
export async function readPublicBag(bag: Bag, vkey?: string): Promise<PublicBagFacts> {
  if (bag.info.has("Public-Bag-Digest"))
    throw new LetterError("bag", "this is a contacts bag, not the public bag: are the two files swapped?");
  const [problem] = bag.problems;
  if (problem) throw new LetterError("bag", `the public bag is damaged: ${problem.path} ${problem.reason}`);
  const handover = parseHandover(bag.info.get("Handover-Tag"));
  const verified = await verifyPublished(bag.read, vkey);
  const entries: string[] = [];
  await readPublishedLedger(bag.read, "ledger/", verified.checkpoint, {
    entry: (bytes) => entries.push(decodeUtf8(bytes)),
  });
  const expected: Expected[] = [];
  for (let shard = 0; shard * TILE_WIDTH < entries.length; shard++) {
    const path = `list/${listShardName(shard)}`;
    for (const row of parseListShard(textOf(path, await readRequired(bag.read, path)), shard)) {
      const entry = parseEntry(entries[row.index]!);
      if (entry.kind !== "accept") throw new LetterError("bag", `${path}: a row without its entry`);
      const id = idOf(Buffer.from(row.opening, "base64url"));
      expected.push({ id, row, contactCommitment: entry.contactCommitment });
    }
  }
  expected.sort((a, b) => (a.id < b.id ? -1 : 1));
  return { handover, verified, entries, expected };
}
