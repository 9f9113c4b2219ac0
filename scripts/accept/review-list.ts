import { printable } from "../letter/bytes/printable.ts";
import { FLAG_WORDS } from "../letter/review/reasons.ts";
import { formatColumns, type Paint, UNPAINTED } from "../outside/terminal.ts";
import { findRows, isFirst, pageOf, type ReadRow, readingList } from "./desk/reading-list.ts";
import type { ReviewDesk, ReviewedSheet } from "./open-sheets.ts";
import { formatRemark, UNATTESTED } from "./sheet-notes.ts";

/** The JSON of a value, without anything that a terminal would obey. */
export function formatReviewJson(value: unknown): string {
  // The same JSON to a program, and nothing in it that a terminal would obey: a branch may have any name.
  const text = JSON.stringify(value, undefined, 2).replace(/[^\P{C}\n\u200c]/gu, (character) =>
    character.replace(/[\s\S]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`),
  );
  return `${text}\n`;
}

/** The open sheets as a table for the terminal. */
export function formatReviewList({ sheets }: Pick<ReviewDesk, "sheets">): string {
  if (sheets.length === 0) return "no sheet waits for review\n";
  const rows = sheets.map((reviewed) => {
    const { open, sheet, quarantined } = reviewed;
    const mark = [...(quarantined ? ["quarantine"] : []), ...(reviewed.remarks.size > 0 ? ["look first"] : [])].join(
      ", ",
    );
    return [open.sheet, sheet?.kind ?? "unknown", String(sheet?.rows.length ?? 0), stateOf(reviewed), mark];
  });
  return formatColumns(["sheet", "kind", "rows", "state", "mark"], rows);
}

/** What of a sheet is printed, and how. */
export type Wanted = {
  /** the rows that show nothing, too */
  readonly all?: boolean;
  /** words that the rows hold; empty: any row */
  readonly words?: string;
  /** the page of the rows; undefined: all of them */
  readonly page?: number | undefined;
  readonly paint?: Paint;
};

/**
 * The rows of a sheet as tables for the terminal: those to look at first with the reasons, then the others that show a
 * name. Rows that show nothing are only counted, unless they are wanted.
 */
export function formatReviewedRows(
  desk: Pick<ReviewDesk, "main" | "rules">,
  reviewed: ReviewedSheet,
  { all = false, words = "", page, paint = UNPAINTED }: Wanted = {},
): string {
  const { open, sheet } = reviewed;
  const head = `sheet ${open.sheet}, ${sheet?.kind ?? "unknown"}, rows: ${sheet?.rows.length ?? 0}, ${stateOf(reviewed)}`;
  if (sheet?.kind !== "signatures") return `${printable(head)}\n`;
  const found = findRows(readingList(desk, reviewed, sheet), words);
  const rows = [...found.first, ...found.more, ...(all ? found.unseen : [])];
  const shown = page === undefined ? { page: 1, pages: 1, rows } : pageOf(rows, page);
  const { first = [], others = [] } = Object.groupBy(shown.rows, (row) => (isFirst(row) ? "first" : "others"));
  const tables = [
    formatRows(`look first: ${found.first.length}; ${HINTS}`, first, paint),
    formatRows(found.first.length > 0 ? `the others: ${rows.length - found.first.length}` : "", others, paint),
  ].filter((table) => table !== "");
  const notes = [
    ...(words !== "" && rows.length === 0 ? ["no row that is shown holds these words"] : []),
    ...(!all && found.unseen.length > 0
      ? [`${found.unseen.length} hidden or counted rows show nothing that could be reviewed: --all prints them`]
      : []),
    ...(shown.pages > 1 ? [`page ${shown.page} of ${shown.pages}: --page N prints another`] : []),
  ].map((note) => `${note}\n`);
  return [`${paint("bold", printable(head))}\n`, ...tables, ...(notes.length > 0 ? [notes.join("")] : [])].join("\n");
}

const HINTS = "hints of a program, most real names that look odd are real";

function formatRows(title: string, rows: readonly ReadRow[], paint: Paint): string {
  if (rows.length === 0) return "";
  const cells = rows.map((row) => {
    const { id, shown, name, lang, place, signed, refused } = row;
    const said = [...(refused === undefined ? [] : [`refused: ${refused}`]), ...reasonsOf(row)].join("; ");
    return [id, shown, { name }, lang, { name: place }, signed, said];
  });
  const table = formatColumns(["id", "shown", "name", "lang", "place", "signed", "why"], cells);
  const [head = "", ...lines] = table.trimEnd().split("\n");
  const painted = lines.map((line, i) => {
    if (rows[i]?.refused !== undefined) return paint("red", line);
    return isFirst(rows[i]!) ? paint("yellow", line) : line;
  });
  return [...(title === "" ? [] : [paint("bold", title)]), head, ...painted].map((line) => `${line}\n`).join("");
}

function reasonsOf({ flags, remark }: ReadRow): string[] {
  return [...flags.map((flag) => FLAG_WORDS.en[flag]), ...(remark === undefined ? [] : [formatRemark(remark)])];
}

function stateOf({ judgement }: ReviewedSheet): string {
  if (judgement.state === "unattested") return `unattested: ${UNATTESTED}`;
  if (judgement.state === "blocked" && judgement.unclear.length > 0)
    return "blocked: what a moderator wrote cannot be read";
  return "reason" in judgement ? `invalid: ${judgement.reason}` : judgement.state;
}
