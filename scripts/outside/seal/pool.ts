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

/**
 * Opens a seal for these recipients on as many threads as this machine has cores. Sealing takes milliseconds of
 * computing, and no page must wait for that.
 *
 * @throws LetterError `seal` as `openSeal` does
 */
export function openSealPool(recipients: readonly string[], threads = availableParallelism()): SealPool {
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
      });
      return (await pool.run(plain)) as Uint8Array;
    },
    async close() {
      await pool?.destroy();
    },
  };
}
