import { withdrawnIn } from "../../letter/handover/contacts-payload.ts";
import type { Bag } from "../../outside/bag/found-bag.ts";
import type { Clock } from "../../outside/clock.ts";
import type { PublicBagFacts } from "../public-bag-facts.ts";
import { departedSince, type LedgerNow } from "./departed.ts";
import { knownLedger } from "./known-ledger.ts";
import { readLedgerPlace } from "./ledger-place.ts";
import { type EarlierHandover, readEarlierHandovers, readRemembered } from "./remembered.ts";

/**
 * Finds out who has left since a public bag was made: from the ledger at a place if one is named, otherwise from what the
 * contacts bag and earlier openings know.
 *
 * @param memories folders in which an earlier opening may have left what it knew
 * @throws LetterError when the ledger at the place is another one, or smaller than any that was seen before
 */
export async function readLedgerNow(
  { bag, contacts, facts }: { bag: Bag; contacts: Bag; facts: PublicBagFacts },
  { site, memories, clock }: { site: string | undefined; memories: readonly string[]; clock: Clock },
  progress: (done: number, of: number) => void,
): Promise<LedgerNow> {
  const known = knownLedger(facts.entries, facts.verified.verifier);
  const remembered = await readRemembered(memories, facts.handover, known);
  const found = site === undefined ? undefined : await readLedgerPlace(site, known, clock, progress);
  const now = await departedSince({ bag, contacts, facts, known }, found, remembered);
  return { ...now, before: leftBefore(await readEarlierHandovers(memories, facts.handover), facts.entries) };
}

/** Who was in the bags of an earlier handover and is not in these: only what was made of the earlier ones has them. */
function leftBefore(earlier: readonly EarlierHandover[], entries: readonly string[]): LedgerNow["before"] {
  return earlier
    .map(({ day, size }) => {
      const left = [...withdrawnIn(entries.slice(size))].filter((index) => index < size);
      return { day, size, left: left.sort((a, b) => a - b) };
    })
    .filter(({ left }) => left.length > 0);
}
