import { backoff } from "../../outside/backoff.ts";
import type { Clock } from "../../outside/clock.ts";
import type { Random } from "../../outside/random.ts";

/** When sheets that could not be filed are tried again. Kept in memory only: after a start, all are due at once. */
export type FilingAttempts = {
  /** Whether it is time to try this sheet. */
  isDue(sheet: string): boolean;
  /** Notes that a sheet could not be filed, for this many times now. */
  noteFailure(sheet: string, attempts: number): void;
};

/**
 * Failures after which a sheet is set aside: it is shown to the operator, comes after all others, and is tried only at
 * its own times. It is never given up, because its signers were told that they have signed.
 */
export const SET_ASIDE_AFTER = 10;

const PAUSES = { first: 30_000, most: 3_600_000 };

export function openFilingAttempts(clock: Clock, random: Random): FilingAttempts {
  const dueAt = new Map<string, number>();
  return {
    isDue(sheet) {
      const wait = (dueAt.get(sheet) ?? 0) - clock.now().getTime();
      // No pause is longer: the clock was set back.
      const due = wait <= 0 || wait > PAUSES.most;
      // Most sheets are filed at the next attempt; one that is not comes back.
      if (due) dueAt.delete(sheet);
      return due;
    },
    noteFailure(sheet, attempts) {
      dueAt.set(sheet, clock.now().getTime() + backoff(attempts, PAUSES, random));
    },
  };
}
