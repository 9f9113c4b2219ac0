import type { Random } from "./random.ts";

/**
 * Returns the milliseconds to wait after this many consecutive failures: twice as long each time, up to `most`. A
 * random part between half of it and all of it keeps clients that failed together from coming back together.
 */
export function backoff(failures: number, { first, most }: { first: number; most: number }, random: Random): number {
  const whole = Math.min(most, first * 2 ** Math.min(failures - 1, 30));
  const [byte = 0] = random(1);
  return whole * (0.5 + byte / 510);
}
