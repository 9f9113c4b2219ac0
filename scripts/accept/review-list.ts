import { formatColumns, printable } from "../outside/terminal.ts";
import type { ReviewDesk, ReviewedSheet } from "./open-sheets.ts";
import { UNATTESTED } from "./sheet-notes.ts";

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

/** The rows of a sheet as a table for the terminal, after those to look at first. */
export function formatReviewedRows(reviewed: ReviewedSheet): string {
  const { open, sheet } = reviewed;
  const head = `sheet ${open.sheet}, ${sheet?.kind ?? "unknown"}, rows: ${sheet?.rows.length ?? 0}, ${stateOf(reviewed)}`;
  if (sheet?.kind !== "signatures") return `${printable(head)}\n`;
  const rows = sheet.rows.map(({ id, shown, name, lang, place, signed }) => [
    id,
    shown,
    { name },
    lang,
    { name: place },
    signed,
  ]);
  const remarks = [...reviewed.remarks].sort(([a], [b]) => (a < b ? -1 : 1)).map((remark) => [...remark]);
  const first = remarks.length === 0 ? "" : `look first\n${formatColumns(["id", "why"], remarks)}\n`;
  return `${printable(head)}\n\n${first}${formatColumns(["id", "shown", "name", "lang", "place", "signed"], rows)}`;
}

function stateOf({ judgement }: ReviewedSheet): string {
  if (judgement.state === "unattested") return `unattested: ${UNATTESTED}`;
  if (judgement.state === "blocked" && judgement.unclear.length > 0)
    return "blocked: what a moderator wrote cannot be read";
  return "reason" in judgement ? `invalid: ${judgement.reason}` : judgement.state;
}
