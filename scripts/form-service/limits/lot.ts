import type { Random } from "../../outside/random.ts";

/** A number from 0 up to, but not including, 1. Handed in, so that a test can repeat itself. */
export type Draw = () => number;

/** Draws by the machine's randomness. */
export function drawFrom(random: Random): Draw {
  return () => {
    const bytes = random(4);
    return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) / 2 ** 32;
  };
}

/** Tickets of a form that has more than the others: a proof of work, or a line that has used nothing lately. */
export const TICKETS = 10;

/**
 * The chances with which each form is drawn alone, so that in the long run `share` of all that come are taken: those of
 * the first kind with ten tickets, the others with one.
 */
export function chances(share: number, forms: { readonly first: number; readonly other: number }) {
  const { first, other } = forms;
  if (first + other <= share) return { first: 1, other: 1 };
  const tickets = TICKETS * first + other;
  const ofFirst = Math.min(1, (TICKETS * share) / tickets);
  // Whatever the first kind cannot use is the others'.
  const ofOther = other > 0 ? Math.min(1, Math.max(0, (share - first * ofFirst) / other)) : 0;
  return { first: ofFirst, other: ofOther };
}
