import { availableParallelism } from "node:os";
import Tinypool from "tinypool";
import { LetterError } from "../../letter/bytes/error.ts";
import {
  type EntriesFound,
  type EntriesJob,
  type RowsFound,
  type RowsJob,
  type ShardWork,
  workOnEntries,
  workOnRows,
} from "../../letter/published/shard-work.ts";
import type { Answer } from "./worker.ts";

/** Work on shards that is done on other threads, as many as there are cores. */
export type ShardPool = ShardWork & {
  /** Ends the threads. Anything that is still asked of them fails. */
  close(): Promise<void>;
};

/** A thread takes 25 MB, and the one that puts the results in order keeps about so many busy. */
const MOST_THREADS = 8;

/** Starting threads takes as long as checking this many shards. */
const HERE_AT_FIRST = 4;

/** Megabytes of what a thread has just made. With as much as V8 takes by itself it hardly ever collects its garbage. */
const YOUNG = { maxYoungGenerationSizeMb: 4 };

/**
 * Opens a pool for the work on shards. The threads start when there is enough work for them. What they find, and what
 * they say of it, is what `onThisThread` says.
 *
 * @param hereAtFirst how many shards are worked on by the calling thread before others start
 */
export function openShardPool(
  threads = Math.min(MOST_THREADS, availableParallelism()),
  hereAtFirst = HERE_AT_FIRST,
): ShardPool {
  const filename = new URL("./worker.ts", import.meta.url).href;
  let pool: Tinypool | undefined;
  let begun = 0;
  const onPool = async <T>(name: "entries" | "rows", job: EntriesJob | RowsJob): Promise<T> => {
    // With two tasks, a thread has the next one when it is done, however busy the calling thread is.
    pool ??= new Tinypool({
      filename,
      minThreads: threads,
      maxThreads: threads,
      concurrentTasksPerWorker: 2,
      resourceLimits: YOUNG,
    });
    const answer = (await pool.run(job, { name })) as Answer<T>;
    if ("broken" in answer) throw new LetterError(answer.broken.code, answer.broken.message);
    return answer.found;
  };
  return {
    atOnce: 4 * threads,
    entries: async (job) => (begun++ < hereAtFirst ? workOnEntries(job) : onPool<EntriesFound>("entries", job)),
    rows: async (job) => (begun++ < hereAtFirst ? workOnRows(job) : onPool<RowsFound>("rows", job)),
    async close() {
      await pool?.destroy();
    },
  };
}
