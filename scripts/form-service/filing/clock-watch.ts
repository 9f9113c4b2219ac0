import type { Clock } from "../../outside/clock.ts";

/** Notices when somebody sets the clock. */
export type ClockWatch = {
  /** Whether the clock has gone on evenly for the last day, as far as this process has seen it; asked now and then. */
  isSteady(): boolean;
};

/** A correction by the machine's own time service is smaller. */
const JUMP = 10 * 60_000;
/** A wrong clock is noticed and mended within this time, or is right by now. */
const DOUBT = 24 * 3_600_000;

/**
 * A watch over the clock from now on: what is deleted by the date alone must not go because the date is wrong.
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
