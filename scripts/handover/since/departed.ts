import { LetterError } from "../../letter/bytes/error.ts";
import { textOf } from "../../letter/bytes/read.ts";
import {
  type Expected,
  SINCE_CHECKPOINT_PATH,
  SINCE_PATH,
  withdrawnIn,
} from "../../letter/handover/contacts-payload.ts";
import { assertContains, type Continuation, openContinuation } from "../../letter/ledger/continuation.ts";
import type { Bag } from "../../outside/bag/found-bag.ts";
import type { PublicBagFacts } from "../public-bag-facts.ts";
import type { FoundLedger, KnownLedger } from "./known-ledger.ts";
import type { EarlierHandover } from "./remembered.ts";

/** Somebody of the public bag who has left since it was made. */
export type Departed = {
  /** the entry of the ledger by which the signature was accepted */
  readonly index: number;
  readonly id: string;
  /** whether it was not known yet when the bags were last opened */
  readonly fresh: boolean;
};

/** The newest state of the ledger that is known while two bags are opened. */
export type LedgerNow = FoundLedger & {
  readonly known: KnownLedger;
  /** whether nothing but the bags and what was remembered says it */
  readonly asked: boolean;
  /** the largest size that an earlier opening knew; undefined when none is remembered */
  readonly sizeBefore: number | undefined;
  /** who has left, ascending by index */
  readonly departed: readonly Departed[];
  /** for each earlier handover that was opened here, the indexes of those who had left before this one */
  readonly before: readonly (EarlierHandover & { readonly left: readonly number[] })[];
};

/**
 * Finds out who has left, from the newest of what is known of the ledger.
 *
 * @param found what a place that was asked shows; undefined when none was
 * @param remembered what earlier openings knew
 * @throws LetterError when one of these does not continue another, or what was found is smaller than what was seen before
 */
export async function departedSince(
  { bag, contacts, facts, known }: { bag: Bag; contacts: Bag; facts: PublicBagFacts; known: KnownLedger },
  found: FoundLedger | undefined,
  remembered: readonly FoundLedger[],
): Promise<Omit<LedgerNow, "before">> {
  const seen = newestOf([await readBagged({ bag, contacts }, known, facts.handover.day), ...remembered]);
  if (found) assertNewest(found, seen);
  const now = found ?? seen;
  const before = remembered.length === 0 ? undefined : newestOf(remembered);
  return {
    ...now,
    known,
    asked: found !== undefined,
    sizeBefore: before?.checkpoint.size,
    departed: departedIn(facts.expected, now.since, before?.since),
  };
}

/** Returns the entries since the tag that the contacts bag proves; undefined when it proves none. */
export async function readSinceOfBag(
  contacts: Bag,
  { base, verifier }: KnownLedger,
): Promise<Continuation | undefined> {
  const [lines, note] = [await contacts.read(SINCE_PATH), await contacts.read(SINCE_CHECKPOINT_PATH)];
  try {
    const since = textOf(SINCE_PATH, lines ?? new Uint8Array())
      .split("\n")
      .slice(0, -1);
    return openContinuation(base, textOf(SINCE_CHECKPOINT_PATH, note ?? new Uint8Array()), since, verifier);
  } catch (cause) {
    // The report names the damage. What is not proved excuses nobody's absence.
    if (cause instanceof LetterError) return undefined;
    throw cause;
  }
}

async function readBagged(
  { bag, contacts }: { bag: Bag; contacts: Bag },
  known: KnownLedger,
  day: string,
): Promise<FoundLedger> {
  const since = await readSinceOfBag(contacts, known);
  if (since) return { ...since, day, live: false };
  const note = textOf("ledger/checkpoint", (await bag.read("ledger/checkpoint"))!);
  return { ...openContinuation(known.base, note, [], known.verifier), day, live: false };
}

function newestOf(all: readonly FoundLedger[]): FoundLedger {
  // Of two states of one size, the one of the later day says more.
  const [first, ...others] = all.toSorted((a, b) => b.checkpoint.size - a.checkpoint.size || (a.day < b.day ? 1 : -1));
  for (const other of others) assertNewest(first!, other);
  return first!;
}

function assertNewest(found: FoundLedger, seen: FoundLedger): void {
  try {
    assertContains(found, seen);
  } catch (cause) {
    const { code, message } = cause as LetterError;
    throw new LetterError(code, `the ledger of ${found.day} does not continue that of ${seen.day}: ${message}`, {
      cause,
    });
  }
}

function departedIn(
  expected: readonly Expected[],
  since: readonly string[],
  before: readonly string[] | undefined,
): Departed[] {
  const [gone, earlier] = [withdrawnIn(since), withdrawnIn(before ?? since)];
  return expected
    .filter(({ row }) => gone.has(row.index))
    .map(({ id, row: { index } }) => ({ index, id, fresh: !earlier.has(index) }))
    .sort((a, b) => a.index - b.index);
}
