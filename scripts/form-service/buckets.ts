/** How often something may be done: one each `every` milliseconds in the long run, and so many at once. */
export type Rate = { readonly every: number; readonly atOnce: number };

/** Token buckets by key, in memory alone. */
export type Buckets = {
  /** Milliseconds until this bucket has a token again; 0: it has one. Takes nothing. */
  wait(key: string, rate: Rate, now: number): number;
  take(key: string, rate: Rate, now: number): void;
  /** Forgets everything: all buckets are full again. */
  clear(): void;
  readonly size: number;
};

/**
 * Token buckets that hold one number for each key: when the bucket will be full again (the “generic cell rate
 * algorithm” of ITU-T I.371). The same bucket can so be asked with a smaller and a larger `atOnce`.
 *
 * @param capacity of keys; beyond it the ones that were quiet longest are forgotten, which makes them full again
 */
export function openBuckets(capacity: number): Buckets {
  // A Map keeps its order, and a key moves to the end with each token that is taken from it.
  const fullAt = new Map<string, number>();
  return {
    wait: (key, { every, atOnce }, now) => Math.max(0, (fullAt.get(key) ?? now) - now - (atOnce - 1) * every),
    take(key, { every }, now) {
      const next = Math.max(fullAt.get(key) ?? now, now) + every;
      fullAt.delete(key);
      for (const [oldest, full] of fullAt) {
        if (fullAt.size < capacity && full > now) break;
        fullAt.delete(oldest);
      }
      fullAt.set(key, next);
    },
    clear: () => fullAt.clear(),
    get size() {
      return fullAt.size;
    },
  };
}
