import { LetterError } from "../../letter/bytes/error.ts";
import { withdrawnIn } from "../../letter/handover/contacts-payload.ts";
import { parseHandover } from "../../letter/handover/handover.ts";
import { formatLeftFile, leftFileOf } from "../../letter/handover/left-file.ts";
import { openContinuation } from "../../letter/ledger/continuation.ts";
import { type NoteVerifier, parseVkey } from "../../letter/ledger/note.ts";
import { openBag } from "../../outside/bag/reader.ts";
import type { Clock } from "../../outside/clock.ts";
import { namedKeys, readTagged } from "../public-bag.ts";
import { readPublicBag } from "../public-bag-facts.ts";
import { type FoundLedger, type KnownLedger, knownLedger } from "./known-ledger.ts";
import { openLedgerHere } from "./ledger-here.ts";
import { readLedgerPlace } from "./ledger-place.ts";

/** Which handover is asked about, by its tag or by its public bag, and where the ledger is now. */
export type LeftQuestion = {
  readonly tag?: string | undefined;
  readonly bag?: string | undefined;
  /** a site or a folder of one; without it this campaign's main */
  readonly site?: string | undefined;
};

/** The text of the file, and what it tells. */
export type LeftAnswer = {
  readonly text: string;
  /** the ledger's size at the handover, and now */
  readonly from: number;
  readonly size: number;
  readonly day: string;
  /** how many of those that were handed over have left */
  readonly left: number;
};

/**
 * Makes the file that tells a recipient without a network who has left since a handover.
 *
 * @throws LetterError when the ledger does not continue that of the handover, or one of them cannot be found
 */
export async function tellLeft(
  question: LeftQuestion,
  clock: Clock,
  progress: (done: number, of: number) => void,
): Promise<LeftAnswer> {
  const { entries, verifier } = await readHandedOver(question, clock);
  const known = knownLedger(entries, verifier);
  const now =
    question.site === undefined
      ? await readMainNow(known, entries, clock)
      : await readLedgerPlace(question.site, known, clock, progress);
  const from = entries.length;
  return {
    text: formatLeftFile(leftFileOf([...entries, ...now.since], from, now.note, now.day)),
    from,
    size: now.checkpoint.size,
    day: now.day,
    left: [...withdrawnIn(now.since)].filter((index) => index < from).length,
  };
}

/** The ledger as it was handed over, and the key that signs it. */
async function readHandedOver(
  { tag, bag: file }: LeftQuestion,
  clock: Clock,
): Promise<{ entries: readonly string[]; verifier: NoteVerifier }> {
  if (file === undefined) {
    const { repository, vkey } = await openLedgerHere(clock);
    const { campaign, record } = await readTagged(repository, parseHandover(tag));
    return { entries: record.entries, verifier: parseVkey(vkey ?? namedKeys(campaign).ledger) };
  }
  const bag = await openBag(file);
  try {
    const { entries, verified } = await readPublicBag(bag);
    return { entries, verifier: verified.verifier };
  } finally {
    await bag.close();
  }
}

async function readMainNow(
  { base, verifier }: KnownLedger,
  entries: readonly string[],
  clock: Clock,
): Promise<FoundLedger> {
  const { record, day } = await openLedgerHere(clock);
  const since = record.entries.slice(base.size);
  if (entries.some((entry, i) => record.entries[i] !== entry))
    throw new LetterError("left", "main does not continue the ledger of this handover: is it of another campaign?");
  return { ...openContinuation(base, record.checkpoint ?? "", since, verifier), day, live: false };
}
