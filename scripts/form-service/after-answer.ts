import { causeOf, type Log } from "../outside/log.ts";

/** Work that begins once whoever asked has the answer, so that neither the answer nor its time can tell what it finds. */
export type AfterAnswer = {
  /** Whether more work may be taken; the same for every address. */
  hasRoom(): boolean;
  do(answered: Promise<void>, work: () => Promise<void>): void;
  /** Resolves once nothing waits any more. */
  idle(): Promise<void>;
};

const CAPACITY = 10_000;

/** With nothing waiting. */
export function openAfterAnswer(log: Log): AfterAnswer {
  const waiting = new Set<Promise<void>>();
  return {
    hasRoom: () => waiting.size < CAPACITY,
    do(answered, work) {
      const done: Promise<void> = answered
        .then(work)
        .catch((error: unknown) => log.error(causeOf(error), "work after an answer failed"))
        .finally(() => waiting.delete(done));
      waiting.add(done);
    },
    async idle() {
      while (waiting.size > 0) await Promise.all(waiting);
    },
  };
}
