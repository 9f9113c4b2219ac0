import { isDay } from "../bytes/day.ts";
import { LetterError } from "../bytes/error.ts";
import { acceptsBetween, type LedgerOutline } from "./outline.ts";

/**
 * How many entries the ledger had at the end of a UTC day on which it grew.
 *
 * The ledger itself holds no time. Days come from the history of main, where accept dates its commits only by the day.
 * So the site shows when a batch was published, and nothing about when anyone signed.
 *
 * Only the first element can be without a day (`""`): it counts the entries from before a history that was cut off, as
 * by the purge.
 */
export type LedgerDay = { readonly day: string; readonly size: number };

/** The number of signatures accepted on a day, including those withdrawn since. */
export type AcceptedDay = { readonly day: string; readonly accepted: number };

/** `2026-11-22:301 2026-11-24:512`, ascending; empty when nothing is known. A history that was cut off begins `:301`. */
export function formatLedgerDays(days: readonly LedgerDay[]): string {
  return days.map(({ day, size }) => `${day}:${size}`).join(" ");
}

/** @throws LetterError `ledger-day` for anything that `formatLedgerDays` does not write */
export function parseLedgerDays(text: string): LedgerDay[] {
  const days = text.split(" ").flatMap((part) => {
    const [day = "", size = ""] = part.split(":");
    return part === "" ? [] : [{ day, size: Number(size) }];
  });
  const ascending = days.every(({ day, size }, i) => {
    const before = days[i - 1];
    const follows = before ? isDay(day) && day > before.day : isDay(day) || day === "";
    return follows && Number.isSafeInteger(size) && size > (before?.size ?? 0);
  });
  if (!ascending || formatLedgerDays(days) !== text) throw new LetterError("ledger-day", "not a list of ledger days");
  return days;
}

/** Returns the day on which the entry at this index was published; undefined when it is not known. */
export function dayOfEntry(index: number, days: readonly LedgerDay[]): string | undefined {
  return days.find(({ size }) => index < size)?.day || undefined;
}

/** Counts the signatures of each day on which any were accepted; none unless every day is known. */
export function acceptedByDay(ledger: LedgerOutline, days: readonly LedgerDay[]): AcceptedDay[] {
  if (days[0]?.day === "") return [];
  return days.flatMap(({ day, size }, i) => {
    const accepted = acceptsBetween(ledger, days[i - 1]?.size ?? 0, size);
    return accepted > 0 ? [{ day, accepted }] : [];
  });
}
