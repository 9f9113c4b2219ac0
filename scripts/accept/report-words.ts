import { isCrockford128 } from "../letter/bytes/crockford.ts";
import type { Outcome } from "./acceptance.ts";

/** Why a sheet that is not offered for review waits forever. */
export const UNSEEN =
  "nobody can review it, so its signatures wait forever. Its pull request was closed: reopen it; or it is a draft: say that it is ready for review; or it is being filed just now: then wait for the next run";

/** What to do with a closed branch that nobody attested. */
export const LEFTOVER =
  "it is closed, and the form service has not attested it: nobody waits for it, delete its branch";

/** Why a sheet is not taken over whose branch has moved, or was seen to move too late. */
export const LAGGING =
  "its pull request shows another commit than its branch, so nobody knows what was reviewed. GitHub may be late: then the next run goes on. If it stays so for a day, an organiser closes the pull request and reopens it";

/** What a run has left to the next, in a line. */
export function postponedInWords(sheets: number): string {
  return `${sheets} open ${sheets === 1 ? "sheet was" : "sheets were"} not looked at: GitHub allows only so much in an hour, and withdrawals came first. Nothing is lost: the next run goes on with what is left`;
}

/** A branch may have any name: only the id of a sheet is repeated. */
export function called(sheet: string): string {
  return isCrockford128(sheet) ? `sheet ${sheet}` : "a branch that is not named after a sheet";
}

/** What became of one sheet, in a line. */
export function inWords(outcome: Outcome): string {
  const sheet = called(outcome.sheet);
  if (outcome.state === "invalid") return `${sheet}: not accepted: ${outcome.reason}`;
  if (outcome.state === "blocked" && outcome.unclear.length > 0)
    return `${sheet}: blocked: what a moderator wrote cannot be read as an order`;
  if (!("accepted" in outcome)) return `${sheet}: ${outcome.state}`;
  const { state, accepted, refused, leftOut, withdrawn } = outcome;
  return `${sheet}: ${state}: ${accepted} accepted, ${refused} refused, ${leftOut} left out, ${withdrawn} withdrawn`;
}
