import { dayAfter } from "../bytes/day.ts";
import type { SignaturesSheet } from "../signature/sheet.ts";
import type { Acceptance } from "./acceptance.ts";

/** The day of main's first commit, and today. */
export type SignedWithin = { readonly began: string; readonly today: string };

/** Days by which a row may seem to be of tomorrow: one of the clocks is ahead by a minute at midnight. */
const AHEAD = 1;
/** Days by which a row may be older than main's first commit: the repository may be younger than the campaign. */
const OLDER = 31;

/**
 * Says which of the rows that a sheet would add to the list has a day that cannot be; undefined when none has. A wrong
 * clock of the form service must not put a day on the list that is still to come, or was before the campaign. Hidden and
 * counted rows show no day.
 *
 * The service cannot give such a row another day, because its sealed contact record has the same day. So the sheet waits until
 * that day, or until a moderator refuses the row.
 */
export function misdatedRow(
  { rows }: SignaturesSheet,
  { refused, leftOut }: Pick<Acceptance, "refused" | "leftOut">,
  { began, today }: SignedWithin,
): string | undefined {
  const gone = new Set([...leftOut, ...refused.map(([id]) => id)]);
  for (const [i, { id, signed }] of rows.entries()) {
    if (signed === "" || gone.has(id)) continue;
    const wrong =
      signed > dayAfter(today, AHEAD)
        ? `still to come (today is ${today}): the sheet waits until then`
        : signed < dayAfter(began, -OLDER)
          ? `before the campaign began (${began}): the sheet waits`
          : undefined;
    if (wrong === undefined) continue;
    return `row ${i + 1}: the day ${signed} is ${wrong}, unless the row is refused`;
  }
  return undefined;
}
