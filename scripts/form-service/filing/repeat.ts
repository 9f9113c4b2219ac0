import { backoff } from "../../outside/backoff.ts";
import { causeOf, type Log } from "../../outside/log.ts";
import type { Random } from "../../outside/random.ts";

/** Repeated work that never runs twice at the same time. */
export type Rounds = {
  /** Runs a round now, after one that may be running; rejects if it fails. */
  now(): Promise<void>;
  /** Starts no further round, and waits for the running one. */
  stop(): Promise<void>;
};

/** How soon a failed round is tried again, in milliseconds: the database or git host may be back in a moment. */
const AGAIN = 1_000;

/** Runs the work every so many milliseconds. A failed round is logged, and tried again before the next one is due. */
export function every(
  milliseconds: number,
  { log, random }: { log: Log; random: Random },
  work: () => Promise<void>,
): Rounds {
  let running: Promise<unknown> = Promise.resolve();
  let stopped = false;
  let failures = 0;
  let timer: NodeJS.Timeout;
  const now = (): Promise<void> => {
    const round = running.then(work);
    running = round.catch(() => {});
    return round;
  };
  const wait = () => {
    const again = failures > 0 ? backoff(failures, { first: AGAIN, most: milliseconds }, random) : milliseconds;
    timer = setTimeout(async () => {
      await now().then(
        () => {
          failures = 0;
        },
        (error: unknown) => {
          failures++;
          log.error({ ...causeOf(error), failures }, "a round failed");
        },
      );
      if (!stopped) wait();
    }, again);
    timer.unref();
  };
  wait();
  return {
    now,
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
