import { type CodePurpose, confirmKeyOf, leaveKeyOf, otherCodeMark } from "../../letter/signature/derivation.ts";
import type { Clock } from "../../outside/clock.ts";
import type { Random } from "../../outside/random.ts";
import type { ClockWatch } from "../store/clock-watch.ts";
import { hideHour } from "../store/due-hour.ts";
import type { Query, Store } from "../store/schema.ts";
import { hashOf } from "../store/secret-hash.ts";
import type { CodesOfMailbox, MailedCodes } from "./mailed-codes.ts";
import type { PageWords } from "./own-page-codes.ts";
import { type Kept, openKept, openWaiting, sealWaiting, type Waiting, type WaitingLeave } from "./sealed-submission.ts";

/** After this many wrong well-formed codes, a submission or what is kept of a confirmation is deleted. */
const WRONG_CODES_PER_PAGE = 5;
const MARK = 32;

/**
 * Stores what waits so that only the address of the page together with a mailed code opens it: any code of the last 48
 * hours for this purpose and mailbox. Codes of the other purpose are only recognised.
 *
 * @returns false when it is there already
 */
export async function addSubmission(
  { store, random, pepper }: { store: Store; random: Random; pepper: Uint8Array },
  { s, codes }: { s: Uint8Array; codes: CodesOfMailbox },
  waiting: Waiting,
  today: string,
): Promise<boolean> {
  const [own, other] = isLeave(waiting) ? [codes.leave, codes.confirm] : [codes.confirm, codes.leave];
  const keys = own.map((code) => confirmKeyOf(s, code));
  const others = Buffer.concat(other.map((code) => otherCodeMark(s, code)));
  const sealed = sealWaiting(waiting, keys, random);
  const s_hash = hashOf(s);
  const due = hideHour(pepper, s_hash, new Date(waiting.expires));
  const values = { s_hash, sealed, code_hash: null, leave: null, others, tries: 0, day: today, due };
  return store.change(async (query) => {
    const { numInsertedOrUpdatedRows } = await query
      .insertInto("submission")
      .values(values)
      .onConflict((conflict) => conflict.column("s_hash").doNothing())
      .executeTakeFirst();
    return numInsertedOrUpdatedRows === 1n;
  });
}

export function isLeave(waiting: Waiting): waiting is WaitingLeave {
  return "leave" in waiting;
}

/** What page and code open: something that waits with its code, what is kept of a confirmation, or nothing. */
export type Opened<W> =
  | { readonly state: "waiting"; readonly waiting: W; readonly code: string }
  | { readonly state: "spent"; readonly kept: Kept }
  | undefined;

type Remembered = { readonly purpose: CodePurpose; readonly code: string; readonly email: string };

export type Trying = {
  readonly store: Store;
  readonly clock: Clock;
  readonly watch: Pick<ClockWatch, "judge">;
  readonly pageWords: PageWords;
  readonly mailedCodes: MailedCodes;
  /** what memory still knows of a page that waits for its code */
  readonly codes: { find(s: Uint8Array): Remembered | undefined };
};

/**
 * Tries a well-formed code. Wrong, expired and unknown codes get the same answer. The fifth wrong one deletes what
 * waits, or what is kept of a confirmation. A right code of the other purpose does not count as a try.
 */
export async function tryCode<P extends CodePurpose>(
  { store, clock, watch, pageWords, mailedCodes, codes }: Trying,
  s: Uint8Array,
  typed: string,
  purpose: P,
): Promise<Opened<Extract<Waiting, P extends "leave" ? WaitingLeave : { edition: string }>>> {
  const s_hash = hashOf(s);
  // The window may have changed since the page was opened: while memory knows the address, its new code works too.
  const remembered = codes.find(s);
  const works = remembered && (await mailedCodes.of(remembered.email))[purpose].includes(typed);
  const code = remembered?.purpose === purpose && works ? remembered.code : typed;
  // What may not be deleted for its age is not too old either: a code does not expire by a clock that is doubted.
  const now = watch.judge().mayDelete ? clock.now().getTime() : Number.NEGATIVE_INFINITY;
  type Found = Awaited<ReturnType<typeof tryCode<P>>>;
  // One transaction, so that concurrent guesses are counted one by one.
  return store.change(async (query): Promise<Found> => {
    const row = await query
      .selectFrom("submission")
      .selectAll()
      .where("s_hash", "=", s_hash)
      .forUpdate()
      .executeTakeFirst();
    if (!row) return undefined;
    const waiting = row.sealed && openWaiting(row.sealed, confirmKeyOf(s, code));
    if (waiting) {
      // Only `deleteExpired` deletes it, because the clock may have been wrong for a moment.
      const isRight = isLeave(waiting) === (purpose === "leave") && now < Date.parse(waiting.expires);
      return isRight ? ({ state: "waiting", waiting, code } as Found) : undefined;
    }
    const kept = row.leave && purpose === "confirm" ? openKept(row.leave, leaveKeyOf(s, code)) : undefined;
    if (kept) return { state: "spent", kept };
    if (isMarked(row.others, otherCodeMark(s, typed)) || pageWords.has(typed, s)) return undefined;
    if (row.tries + 1 < WRONG_CODES_PER_PAGE) {
      const tries = row.tries + 1;
      await query.updateTable("submission").set({ tries }).where("s_hash", "=", s_hash).execute();
    } else if (row.sealed) await query.deleteFrom("submission").where("s_hash", "=", s_hash).execute();
    else await query.updateTable("submission").set({ leave: null }).where("s_hash", "=", s_hash).execute();
    return undefined;
  });
}

/** Whether there is a submission that its code could still confirm. */
export async function isWaiting(query: Query, s: Uint8Array): Promise<boolean> {
  const row = await query
    .selectFrom("submission")
    .select("s_hash")
    .where("s_hash", "=", hashOf(s))
    .where("sealed", "is not", null)
    .executeTakeFirst();
  return row !== undefined;
}

function isMarked(others: Uint8Array | null, mark: Uint8Array): boolean {
  if (!others) return false;
  const marks = Buffer.from(others);
  for (let from = 0; from < marks.length; from += MARK) {
    if (marks.subarray(from, from + MARK).equals(mark)) return true;
  }
  return false;
}
