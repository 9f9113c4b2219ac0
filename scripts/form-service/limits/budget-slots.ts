/** Mails are counted in slots of five minutes: as coarse as it can be without long waits for room. */
export const SLOT = 5 * 60_000;
/** An hour, wherever it begins, touches as many slots. */
export const SLOTS = 13;
/** Of an hour's mails, so many can leave at once; the rest comes evenly, so that nobody can take a whole hour's. */
const AT_ONCE = 1 / 8;

export const slotAt = (moment: number): number => Math.floor(moment / SLOT);

/** Mails of an hour that can be taken at once, and how many more each minute. */
export function paceOf(mailsAnHour: number): { atOnce: number; perMinute: number } {
  const atOnce = mailsAnHour * AT_ONCE;
  return { atOnce, perMinute: ((mailsAnHour - atOnce) / SLOTS / SLOT) * 60_000 };
}

/**
 * Mails that may still be taken now: a token bucket, worked out from the counts of its slots. It never gives more than
 * `mailsAnHour` in any hour.
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
