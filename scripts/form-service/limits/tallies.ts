import { openBoundedMap } from "../store/bounded-map.ts";

/**
 * How often something happened lately, by key. Each count decays by itself: what happens `n` times in every `window` is
 * counted as `n`, and what has stopped is halved every 0.7 windows. Each key holds one number and one moment.
 */
export type Tallies = {
  /** Returns what the key has counted lately. */
  read(key: string, now: number): number;
  /** Counts once more, and returns the count including this time. */
  add(key: string, now: number, owner: string): number;
  readonly size: number;
};

/** @param window in milliseconds */
export function openTallies(capacity: number, window: number): Tallies {
  const tallies = openBoundedMap<{ count: number; at: number }>(capacity);
  const read = (key: string, now: number) => {
    const tally = tallies.get(key);
    return tally === undefined ? 0 : fade(tally.count, now - tally.at, window);
  };
  return {
    read,
    add(key, now, owner) {
      const count = read(key, now) + 1;
      tallies.set(key, { count, at: now }, owner);
      return count;
    },
    get size() {
      return tallies.size;
    },
  };
}

/** Returns what is left of a count after a while. A clock that was set back changes nothing. */
export function fade(count: number, passed: number, window: number): number {
  return count * Math.exp(-Math.max(0, passed) / window);
}
