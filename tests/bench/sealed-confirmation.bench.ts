import { once } from "node:events";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { openSealPool } from "../../scripts/outside/seal/pool.ts";
import { type Bench, compare, type Side } from "./bench.ts";
import { openConfirmations, twoRecipients } from "./confirmations.ts";

const THREADS = availableParallelism();
/** Rows made ready for each second: more seals than this a thread does not make. */
const MOST = 600 * THREADS;

export const bench: Bench = {
  about: `confirmations sealed to two hybrid recipients, against bare age-encryption on ${THREADS} threads`,
  async run(effort) {
    const recipients = await twoRecipients();
    const confirmations = await openConfirmations();
    const pool = openSealPool(recipients, THREADS);
    const bare = `bare age-encryption on ${THREADS} threads`;
    const workers = Array.from(
      { length: THREADS },
      () => new Worker(new URL("bare-seal.ts", import.meta.url), { workerData: recipients }),
    );
    await Promise.all(workers.map((worker) => once(worker, "online")));
    const sides = { confirmations: confirmations.side(pool.seal, MOST), [bare]: sealOn(workers) };
    const figures = await compare(sides, [{ side: "confirmations", over: bare, atLeast: 0.9 }], effort);
    await Promise.all(workers.map((worker) => worker.terminate()));
    await pool.close();
    await confirmations.close();
    return figures;
  },
};

function sealOn(workers: readonly Worker[]): Side {
  return async (milliseconds) => {
    const rates = workers.map(async (worker) => {
      worker.postMessage(milliseconds);
      const [rate] = (await once(worker, "message")) as [number];
      return rate;
    });
    return (await Promise.all(rates)).reduce((sum, rate) => sum + rate, 0);
  };
}
