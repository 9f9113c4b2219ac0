import type { Main, SettledBefore } from "../letter/review/acceptance.ts";
import { settledRows } from "../letter/review/acceptance.ts";
import type { Sheet } from "../letter/signature/sheet.ts";

/** What to do about a sheet that the form service has not attested. */
export const UNATTESTED =
  "the form service has not attested it. Close it: the form service files again what it filed before it attested sheets, and all else is not its own";

export const SETTLED_WORDS: Readonly<Record<SettledBefore, string>> = {
  withdrawn: "it was withdrawn",
  "on the ledger": "the ledger has this signature already",
  refused: "it was refused before",
};

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
