import { closeSync, openSync, writeFileSync, writeSync } from "node:fs";
import writeExcelFile, { type Row } from "write-excel-file/node";
import { type CsvFile, type CsvFor, csvFile } from "../letter/handover/csv.ts";

/** Opens a CSV file that only this user can read; there must be none of this name. */
export function openCsvFile(path: string, columns: readonly string[], form: CsvFor): CsvFile {
  const file = openSync(path, "wx", 0o600);
  return csvFile(columns, form, (part) => {
    if (part === undefined) closeSync(file);
    else writeSync(file, part);
  });
}

/** A sheet of a workbook, `null` for an empty cell. `columns` are in bold above its rows and stay in sight. */
export type WorkbookSheet = {
  readonly name: string;
  readonly columns?: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
  /** how wide each column is, in characters; longer text is broken into lines */
  readonly widths?: readonly number[];
  readonly rightToLeft?: boolean;
};

/**
 * Writes a workbook (Office Open XML) that only this user can read. Every cell is text, so that nothing in it is ever a
 * formula.
 */
export async function writeWorkbook(file: string, sheets: readonly WorkbookSheet[]): Promise<void> {
  const data = sheets.map(({ name, columns, rows, widths, rightToLeft = false }) => ({
    sheet: name,
    data: [
      ...(columns ? [columns.map((value) => ({ value, fontWeight: "bold" as const }))] : []),
      ...cellsOf(rows, widths),
    ],
    stickyRowsCount: columns ? 1 : 0,
    columns: widths?.map((width) => ({ width })) ?? [],
    rightToLeft,
  }));
  // The library opens the file as it is, and makes one that others can read where there is none.
  writeFileSync(file, "", { mode: 0o600 });
  await writeExcelFile(data).toFile(file);
}

/** A bare string is text to the library too. So a long list, which has no widths, is not held a second time. */
function cellsOf(rows: WorkbookSheet["rows"], widths: readonly number[] | undefined): Row[] {
  return widths === undefined ? (rows as Row[]) : rows.map((row) => textRow(row, widths));
}

/** Lays out a row to be read: a lone cell has the whole width, and the row is as high as its longest cell needs. */
function textRow(row: readonly (string | null)[], widths: readonly number[]): Row {
  const alone = row.length === 1;
  const widthOf = (column: number) => (alone ? widths.reduce((sum, width) => sum + width, 0) : widths[column]!);
  const lines = row.map((value, column) => Math.ceil(((value?.length ?? 0) * WIDE) / widthOf(column)));
  const height = LINE_HEIGHT * Math.max(1, ...lines);
  const layout = {
    type: String,
    wrap: true,
    alignVertical: "top",
    height,
    ...(alone && { columnSpan: widths.length }),
  };
  const cells = row.map((value) => (value === null ? null : { ...layout, value })) as Row;
  return alone ? [...cells, ...widths.slice(1).map(() => null)] : cells;
}

/** In points. Programs do not find the height of a row by themselves where cells are joined. */
const LINE_HEIGHT = 15;
/** Lines break at blanks, and so hold less than their width. */
const WIDE = 1.2;
