/** Mails are counted in slots of five minutes, the coarsest that does not make the wait for free mails long. */
export const SLOT = 5 * 60_000;
/** An hour touches this many slots, wherever it begins. */
export const SLOTS = 13;
/** The part of an hour's mails that can leave at once. The rest comes evenly, so no client can take a whole hour's. */
const AT_ONCE = 1 / 8;

export const slotAt = (moment: number): number => Math.floor(moment / SLOT);

/** Returns how many of an hour's mails can be taken at once, and how many more each minute. */
export function paceOf(mailsAnHour: number): { atOnce: number; perMinute: number } {
  const atOnce = mailsAnHour * AT_ONCE;
  return { atOnce, perMinute: ((mailsAnHour - atOnce) / SLOTS / SLOT) * 60_000 };
}

/**
 * Returns the mails that may still be taken now: a token bucket, computed from the counts of its slots. It never allows
 * more than `mailsAnHour` in any hour.
 *
 * @param counts mails taken in the last `SLOTS` slots, the oldest first and the current one last
 */
export function mailsLeft(mailsAnHour: number, counts: readonly number[], now: number): number {
  const { atOnce, perMinute } = paceOf(mailsAnHour);
  let left = atOnce;
  for (const [i, count] of counts.entries()) {
    const passed = i === counts.length - 1 ? now % SLOT : SLOT;
    left = Math.min(atOnce, left + (perMinute * passed) / 60_000) - count;
  }
  return left;
}
