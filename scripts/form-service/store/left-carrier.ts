import { dayOf } from "../../letter/bytes/day.ts";
import type { Clock } from "../../outside/clock.ts";
import { causeOf, type Log } from "../../outside/log.ts";
import { carryLeft, forgetOldLeft } from "./left-list.ts";
import type { Store } from "./schema.ts";

/** Carries the ids that left beside the backups of this data folder. */
export type LeftCarrier = {
  /** Resolves once what has left by now is beside every backup that can be reached. Never rejects. */
  carry(): Promise<void>;
  /** Forgets the ids that no backup can hold any more. */
  forgetOld(): Promise<void>;
};

export function openLeftCarrier(
  { store, clock, log }: { store: Store; clock: Clock; log: Log },
  dataDir: string,
): LeftCarrier {
  let told = 0;
  let running: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;
  const today = () => dayOf(clock.now());

  async function carryNow(): Promise<void> {
    next = undefined;
    try {
      const { length } = await carryLeft(store.query, dataDir, today());
      if (length > told) log.warn({ backups: length }, "the list of who left cannot be written beside every backup");
      told = length;
    } catch (error) {
      // The ids are in the database: a disk that is full for a while must not stop a withdrawal.
      log.error(causeOf(error), "the list of who left could not be written; it is tried again");
    }
  }
  return {
    // Those that come while one is being written share the next one.
    carry() {
      next ??= running.then(carryNow);
      running = next;
      return next;
    },
    forgetOld: () => forgetOldLeft(store, dataDir, today()),
  };
}
