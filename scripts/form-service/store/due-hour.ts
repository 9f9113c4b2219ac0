import { createHmac } from "node:crypto";
import { dayAfter, dayOf } from "../../letter/bytes/day.ts";

const HOUR = 3_600_000;

/** How long remains are kept, in milliseconds: of a form, of a confirmation, of a withdrawal. */
export const KEPT_FOR = 48 * HOUR;

/**
 * Hides the hour in which a row is to be deleted: the number of hours since 1970, xored with 4 bytes of
 * HMAC-SHA-256(pepper, name). The database by itself shows no time finer than a day, and no backup holds this column.
 *
 * @param moment is rounded down, so that nothing is kept too long
 */
export function hideHour(pepper: Uint8Array, name: string, moment: Date): Uint8Array {
  const hour = Buffer.alloc(4);
  hour.writeUInt32BE(Math.floor(moment.getTime() / HOUR));
  return xor(hour, maskOf(pepper, name));
}

/** Returns the hidden hour, as its first moment. */
export function seenHour(pepper: Uint8Array, name: string, hidden: Uint8Array): Date {
  return new Date(Buffer.from(xor(hidden, maskOf(pepper, name))).readUInt32BE() * HOUR);
}

/** Returns the last UTC day whose rows may be due. Younger rows need not be looked at. */
export function lastDueDay(now: Date): string {
  return dayOf(new Date(now.getTime() - KEPT_FOR));
}

/**
 * Whether the 48 hours of a row are over. Without a readable hour, as after a restoration, it is over as soon as it may
 * be: a promise to delete counts more than the comfort of those who come late.
 *
 * @param row `day`: the UTC day on which its 48 hours began
 */
export function isDue(
  pepper: Uint8Array,
  name: string,
  { day, due }: { day: string; due: Uint8Array | null },
  now: Date,
): boolean {
  if (day > lastDueDay(now)) return false;
  const hour = due?.length === 4 ? seenHour(pepper, name, due) : undefined;
  // Another pepper shows an hour of any year.
  const isOurs = hour !== undefined && dayOf(hour) >= dayAfter(day, 1) && dayOf(hour) <= dayAfter(day, 3);
  return !isOurs || hour.getTime() <= now.getTime();
}

function maskOf(pepper: Uint8Array, name: string): Uint8Array {
  return createHmac("sha256", pepper).update(`undersigned/v1/due ${name}`).digest().subarray(0, 4);
}

function xor(bytes: Uint8Array, mask: Uint8Array): Uint8Array {
  return Buffer.from(bytes.map((byte, i) => byte ^ mask[i]!));
}
