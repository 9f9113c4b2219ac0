import { causeOf, type Log } from "../outside/log.ts";

/** Work that starts after the client has its answer, so that neither the answer nor its timing reveals the result. */
export type AfterAnswer = {
  /** Whether more work may be taken; the same for every address. */
  hasRoom(): boolean;
  do(answered: Promise<void>, work: () => Promise<void>): void;
  /** Resolves once no work is waiting. */
  idle(): Promise<void>;
};

const CAPACITY = 10_000;

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
