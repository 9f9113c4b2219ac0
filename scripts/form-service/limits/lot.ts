import type { Random } from "../../outside/random.ts";

/** Returns a number from 0 up to, but not including, 1. It is passed in, so that a test can repeat itself. */
export type Draw = () => number;

/** Draws with the randomness of the machine. */
export function drawFrom(random: Random): Draw {
  return () => {
    const bytes = random(4);
    return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) / 2 ** 32;
  };
}

/** Tickets of a favoured form: one with a proof of work, or from a line that has used nothing lately. */
export const TICKETS = 10;

/**
 * Returns the chances to draw each form with independently, so that in the long run `share` of all forms are taken.
 * Forms of the first kind have ten tickets, the others one.
 */
export function chances(share: number, forms: { readonly first: number; readonly other: number }) {
  const { first, other } = forms;
  if (first + other <= share) return { first: 1, other: 1 };
  const tickets = TICKETS * first + other;
  const ofFirst = Math.min(1, (TICKETS * share) / tickets);
  // The others get what the first kind cannot use.
  const ofOther = other > 0 ? Math.min(1, Math.max(0, (share - first * ofFirst) / other)) : 0;
  return { first: ofFirst, other: ofOther };
}
