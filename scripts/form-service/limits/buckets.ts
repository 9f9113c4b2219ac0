import { openBoundedMap } from "../store/bounded-map.ts";

/** How often something may be done: once every `every` milliseconds in the long run, with a burst of `atOnce`. */
export type Rate = { readonly every: number; readonly atOnce: number };

/** Token buckets by key, in memory only. */
export type Buckets = {
  /** Returns the milliseconds until this bucket has a token again, or 0 if it has one. Takes nothing. */
  wait(key: string, rate: Rate, now: number): number;
  /** @param owner who fills this memory: when it is full, the owner with the most buckets loses some first */
  take(key: string, rate: Rate, now: number, owner: string): void;
  readonly size: number;
};

/**
 * Creates token buckets that hold one number per key: when the bucket will be full again (the “generic cell rate
 * algorithm” of ITU-T I.371).
 *
 * @param capacity of keys; a forgotten bucket counts as full
 */
export function openBuckets(capacity: number): Buckets {
  const fullAt = openBoundedMap<number>(capacity);
  // A bucket is at most empty: after the clock was set back, earlier counts must not lock a client out until then.
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
