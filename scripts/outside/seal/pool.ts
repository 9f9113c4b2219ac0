import { availableParallelism } from "node:os";
import Tinypool from "tinypool";
import { openSeal, type Seal } from "./seal.ts";

/** A seal that works on other threads than the one that answers requests. */
export type SealPool = {
  readonly seal: Seal;
  /** Ends the threads. Anything being sealed fails. */
  close(): Promise<void>;
};

/** How long an idle thread is kept, in milliseconds. */
const IDLE = 60_000;

/** A thread seals 250 records a second, more than people ever signed, and each of them takes 40 MB. */
const MOST_THREADS = 2;

/** Megabytes of what a thread has just made. With as much as V8 takes by itself it hardly ever collects its garbage. */
const YOUNG = { maxYoungGenerationSizeMb: 8 };

/**
 * Opens a seal for these recipients on other threads, but leaves a core to the one that answers requests. Sealing takes
 * milliseconds of computing, and no page must wait for that.
 *
 * @throws LetterError `seal` as `openSeal` does
 */
export function openSealPool(recipients: readonly string[], threads = threadsHere()): SealPool {
  // A wrong recipient must be reported at the start, not at the first confirmation.
  openSeal(recipients);
  const filename = new URL("./worker.ts", import.meta.url).href;
  let pool: Tinypool | undefined;
  return {
    async seal(plain) {
      pool ??= new Tinypool({
        filename,
        workerData: recipients,
        minThreads: 1,
        maxThreads: threads,
        idleTimeout: IDLE,
        resourceLimits: YOUNG,
      });
      return (await pool.run(plain)) as Uint8Array;
    },
    async close() {
      await pool?.destroy();
    },
  };
}

function threadsHere(): number {
  return Math.max(1, Math.min(MOST_THREADS, availableParallelism() - 1));
}
