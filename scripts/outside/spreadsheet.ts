import { stringify } from "csv-stringify/sync";
import writeExcelFile from "write-excel-file/node";

/**
 * Formats a table as CSV (RFC 4180) with a byte order mark, so that Excel too reads the letters right.
 *
 * A cell that a spreadsheet would take for a formula gets an apostrophe in front, because anyone can choose a name.
 */
export function formatCsv(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  return stringify([[...columns], ...rows.map((row) => [...row])], {
    bom: true,
    escape_formulas: true,
    // Otherwise a line feed inside a cell, which does not end a row here, would be unquoted and end one in other
    // programs.
    quoted: true,
    record_delimiter: "windows",
  });
}

/** Writes a table as a workbook (Office Open XML). Every cell is text, so that nothing in it is ever a formula. */
export async function writeWorkbook(
  file: string,
  columns: readonly string[],
  rows: readonly (readonly string[])[],
): Promise<void> {
  const cells = [
    columns.map((value) => ({ value, type: String, fontWeight: "bold" as const })),
    ...rows.map((row) => row.map((value) => (value === "" ? null : { value, type: String }))),
  ];
  await writeExcelFile(cells, { stickyRowsCount: 1 }).toFile(file);
}
