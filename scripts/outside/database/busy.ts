import { setTimeout as sleep } from "node:timers/promises";

/** How long a piece of work waits for a lock that another program holds, in milliseconds: then its page says 503. */
export const PATIENCE = 5_000;

/** Between two tries, in milliseconds. Pages that need no lock are answered meanwhile. */
export const PAUSE = 100;

/**
 * How long SQLite itself may wait for a lock, in milliseconds. It does so on the thread that answers every request, so
 * this is for what another program does in a moment, such as `npm run pause`; longer waits are made of tries.
 */
export const MOMENT = 50;

/** Whether another program holds the lock of an SQLite file. */
export function isBusy(cause: unknown): boolean {
  return /^SQLITE_BUSY(_|$)/.test(String(Object(cause).code));
}

/** Runs the work again until no other program holds the lock, or `PATIENCE` is over. A failed work must change nothing. */
export async function untilFree<R>(work: () => Promise<R>): Promise<R> {
  const since = performance.now();
  for (;;) {
    try {
      return await work();
    } catch (cause) {
      if (!isBusy(cause) || performance.now() - since >= PATIENCE) throw cause;
    }
    await sleep(PAUSE);
  }
}
