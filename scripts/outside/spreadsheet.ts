import { stringify } from "csv-stringify/sync";

/**
 * A table as CSV (RFC 4180) with a byte order mark, so that Excel too reads the letters right.
 *
 * A cell that a spreadsheet would take for a formula gets an apostrophe in front: a name can be written by anybody.
 */
export function formatCsv(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  return stringify([[...columns], ...rows.map((row) => [...row])], {
    bom: true,
    escape_formulas: true,
    record_delimiter: "windows",
  });
}
