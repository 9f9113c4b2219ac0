import { isDay } from "../bytes/day.ts";
import { LetterError } from "../bytes/error.ts";
import { isOfKind } from "./entry.ts";

/**
 * How many entries the ledger had at the end of a UTC day on which it grew.
 *
 * The ledger itself holds no time. Days come from the history of main, where accept dates its commits by the day alone,
 * so that the site tells when a batch was published and nothing about when anybody signed.
 */
export type LedgerDay = { readonly day: string; readonly size: number };

/** Signatures that were accepted on a day, whether they were withdrawn since or not. */
export type AcceptedDay = { readonly day: string; readonly accepted: number };

/** `2026-11-22:301 2026-11-24:512`, ascending; empty when nothing is known. */
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
    return isDay(day) && Number.isSafeInteger(size) && day > (before?.day ?? "") && size > (before?.size ?? 0);
  });
  if (!ascending || formatLedgerDays(days) !== text) throw new LetterError("ledger-day", "not a list of ledger days");
  return days;
}

/** The day on which the entry of this index was published; undefined where nothing is known of it. */
export function dayOfEntry(index: number, days: readonly LedgerDay[]): string | undefined {
  return days.find(({ size }) => index < size)?.day;
}

/** The signatures of each day on which any were accepted. */
export function acceptedByDay(entries: readonly string[], days: readonly LedgerDay[]): AcceptedDay[] {
  return days.flatMap(({ day, size }, i) => {
    const grown = entries.slice(days[i - 1]?.size ?? 0, size);
    const accepted = grown.filter((entry) => isOfKind("accept", entry)).length;
    return accepted > 0 ? [{ day, accepted }] : [];
  });
}
