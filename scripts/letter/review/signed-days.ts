import { dayAfter } from "../bytes/day.ts";
import type { SignaturesSheet } from "../signature/sheet.ts";
import type { Acceptance } from "./acceptance.ts";

/** The days between which a signature can have been confirmed. A day more on either side is for clocks and time zones. */
export type SignedWithin = { readonly began: string; readonly today: string };

/**
 * Says which of the rows that a sheet would add to the list has a day that cannot be; undefined when none has. A wrong clock of the form service must not put a day on
 * the list that is still to come, or was before the campaign. Hidden and counted rows show no day.
 *
 * The service cannot date such a row anew, because its sealed contact record has the same day. So the sheet waits until
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
      signed > dayAfter(today, 1)
        ? `still to come (today is ${today}): the sheet waits until then`
        : signed < dayAfter(began, -1)
          ? `before the campaign began (${began}): the sheet waits`
          : undefined;
    if (wrong === undefined) continue;
    return `row ${i + 1}: the day ${signed} is ${wrong}, unless the row is refused`;
  }
  return undefined;
}
