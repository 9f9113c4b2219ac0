import { openBoundedMap } from "../store/bounded-map.ts";

/** How often something may be done: one each `every` milliseconds in the long run, and so many at once. */
export type Rate = { readonly every: number; readonly atOnce: number };

/** Token buckets by key, in memory alone. */
export type Buckets = {
  /** Milliseconds until this bucket has a token again; 0: it has one. Takes nothing. */
  wait(key: string, rate: Rate, now: number): number;
  /** @param owner who fills this memory: when it is full, the ones of whoever has most of them are forgotten first */
  take(key: string, rate: Rate, now: number, owner: string): void;
  readonly size: number;
};

/**
 * Token buckets that hold one number for each key: when the bucket will be full again (the “generic cell rate
 * algorithm” of ITU-T I.371).
 *
 * @param capacity of keys; what is forgotten is full again
 */
export function openBuckets(capacity: number): Buckets {
  const fullAt = openBoundedMap<number>(capacity);
  // No bucket is emptier than empty: what was counted before the clock was set back must lock nobody out until then.
  const fullOf = (key: string, { every, atOnce }: Rate, now: number) =>
    Math.min(Math.max(fullAt.get(key) ?? now, now), now + every * atOnce);
  return {
    wait: (key, rate, now) => Math.max(0, fullOf(key, rate, now) - now - (rate.atOnce - 1) * rate.every),
    take(key, rate, now, owner) {
      const next = fullOf(key, rate, now) + rate.every;
      for (let quietest = fullAt.oldest(); quietest && quietest[1] <= now; quietest = fullAt.oldest()) {
        fullAt.delete(quietest[0]);
      }
      fullAt.set(key, next, owner);
    },
    get size() {
      return fullAt.size;
    },
  };
}
