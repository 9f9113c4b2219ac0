import type { Main, SettledBefore } from "../letter/review/acceptance.ts";
import { settledRows } from "../letter/review/acceptance.ts";
import type { Sheet } from "../letter/signature/sheet.ts";

/** What to do about a sheet that the form service has not attested. */
export const UNATTESTED =
  "the form service has not attested it. Close it: the form service files again what it filed before it attested sheets, and all else is not its own";

const SETTLED_WORDS: Readonly<Record<SettledBefore, string>> = {
  withdrawn: "it was withdrawn",
  "on the ledger": "the ledger has this signature already",
  refused: "it was refused before",
};

/** What main or the other open sheets say about a row: it is left out whatever is said, or it is on these sheets too. */
export type Remark = { readonly settled: SettledBefore } | { readonly elsewhere: readonly string[] };

/** Returns the remarks on the rows of a sheet, by id. */
export function remarksOn(
  main: Main,
  sheet: Sheet,
  elsewhere: ReadonlyMap<string, readonly string[]>,
): ReadonlyMap<string, Remark> {
  if (sheet.kind === "withdrawals") return new Map();
  const open = [...elsewhere].map(([id, sheets]) => [id, { elsewhere: sheets }] as const);
  return new Map<string, Remark>([
    ...open,
    ...[...settledRows(main, sheet)].map(([id, settled]) => [id, { settled }] as const),
  ]);
}

/** Formats a remark for the terminal. */
export function formatRemark(remark: Remark): string {
  if ("settled" in remark) return `left out: ${SETTLED_WORDS[remark.settled]}`;
  return `also on the open sheet ${remark.elsewhere.join(", ")}`;
}

/**
 * Returns what moderators should know about a sheet that can be reviewed: the rows that are left out whatever they say,
 * and the rows that are on another open sheet too. The notes hold the numbers and ids of rows, and no name.
 */
export function sheetNotes(main: Main, sheet: Sheet, elsewhere: ReadonlyMap<string, readonly string[]>): string[] {
  if (sheet.kind === "withdrawals") return [];
  const settled = settledRows(main, sheet);
  return sheet.rows.flatMap(({ id }, i) => {
    const [why, others] = [settled.get(id), elsewhere.get(id)];
    if (why !== undefined) return [`row ${i + 1} (${id}) will be left out: ${SETTLED_WORDS[why]}`];
    if (others === undefined) return [];
    return [
      `row ${i + 1} (${id}) is on the open sheet ${others.join(", ")} too: refused here as a duplicate, it is decided there`,
    ];
  });
}
