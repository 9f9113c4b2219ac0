import { causeOf, type Log } from "../outside/log.ts";

/** Work that is done again and again, never twice at the same time. */
export type Rounds = {
  /** Does a round now, after the one that may be running; rejects when it fails. */
  now(): Promise<void>;
  /** Starts no other round and waits for the running one. */
  stop(): Promise<void>;
};

/** Does the work every so many milliseconds. A round that fails is logged; the next one tries again. */
export function every(milliseconds: number, log: Log, work: () => Promise<void>): Rounds {
  let running: Promise<unknown> = Promise.resolve();
  let stopped = false;
  let timer: NodeJS.Timeout;
  const now = (): Promise<void> => {
    const round = running.then(work);
    running = round.catch(() => {});
    return round;
  };
  const wait = () => {
    timer = setTimeout(async () => {
      await now().catch((error: unknown) => log.error(causeOf(error), "a round failed"));
      if (!stopped) wait();
    }, milliseconds);
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
