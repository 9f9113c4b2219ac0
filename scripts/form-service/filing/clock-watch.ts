import type { Clock } from "../../outside/clock.ts";

/** Notices when the clock is set. */
export type ClockWatch = {
  /** Whether the clock ran evenly for the last day, as far as this process has seen it. To be called now and then. */
  isSteady(): boolean;
};

/** Corrections by the machine's own time service are smaller. */
const JUMP = 10 * 60_000;
/** A wrong clock is noticed and fixed within this time, or is right by then. */
const DOUBT = 24 * 3_600_000;

/**
 * Watches the clock from now on, so that data which is deleted by date is not deleted because the date is wrong.
 *
 * @param elapsed milliseconds since some moment, of a clock that nobody can set (`performance.now`)
 */
export function openClockWatch(clock: Clock, elapsed: () => number): ClockWatch {
  const offset = () => clock.now().getTime() - elapsed();
  let last = offset();
  let doubtUntil = Number.NEGATIVE_INFINITY;
  return {
    isSteady() {
      const now = offset();
      if (Math.abs(now - last) > JUMP) doubtUntil = elapsed() + DOUBT;
      last = now;
      return elapsed() >= doubtUntil;
    },
  };
}
