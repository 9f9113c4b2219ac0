import type { Random } from "./random.ts";

/**
 * Milliseconds to wait after this many failures in a row: twice as long each time up to `most`, and between half of it
 * and all of it by chance, so that many who failed together do not come back together.
 */
export function backoff(failures: number, { first, most }: { first: number; most: number }, random: Random): number {
  const whole = Math.min(most, first * 2 ** Math.min(failures - 1, 30));
  const [byte = 0] = random(1);
  return whole * (0.5 + byte / 510);
}
