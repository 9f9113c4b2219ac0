import { LetterError } from "../letter/bytes/error.ts";
import { faultsOf, type Main } from "../letter/review/acceptance.ts";
import { parseRow, ROW_COLUMNS } from "../letter/signature/row.ts";
import { parseSheet, type Sheet } from "../letter/signature/sheet.ts";
import { parseTable } from "../letter/signature/table.ts";
import { parseFrontMatter } from "../letter/text/front-matter.ts";
import { reasonOf } from "./judgement.ts";

/**
 * Returns all problems of the text of a sheet, one line per row; none when it may be reviewed.
 *
 * Accept stops at the first problem, but a person who debugs two hundred rows wants to see them all. The lines name
 * rows by number and quote nothing from them.
 *
 * @param name the id in the name of the branch
 */
export function sheetProblems(main: Main, name: string, text: string): string[] {
  let sheet: Sheet;
  try {
    sheet = parseSheet(text);
  } catch (cause) {
    const rows = rowProblems(text);
    // If the sheet is unreadable because of its first unreadable row, that row is already among the rows.
    const isOfRow = cause instanceof LetterError && cause.code === "row" && rows.length > 0;
    return isOfRow ? rows : [reasonOf(cause), ...rows];
  }
  if (sheet.sheet !== name) return ["the front matter names another sheet than the branch"];
  return [...faultsOf(main, sheet)].map(({ message }) => message);
}

/** Returns the problems of the unreadable rows of a signatures sheet; none when the table itself is unreadable. */
function rowProblems(text: string): string[] {
  try {
    const { body } = parseFrontMatter(text);
    const rows = parseTable(ROW_COLUMNS, body.slice(1), "the table");
    return rows.slice(0, 1000).flatMap((cells, i) => problemOf(() => parseRow(cells, `row ${i + 1}`)) ?? []);
  } catch {
    return [];
  }
}

function problemOf(check: () => unknown): string | undefined {
  try {
    check();
    return undefined;
  } catch (cause) {
    if (cause instanceof LetterError) return cause.message;
    throw cause;
  }
}
