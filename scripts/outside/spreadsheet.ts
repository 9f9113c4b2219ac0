import { closeSync, openSync, writeFileSync, writeSync } from "node:fs";
import { type Options, stringify } from "csv-stringify/sync";
import writeExcelFile, { type Row } from "write-excel-file/node";

/** A spreadsheet opens the first by a double click; the second is read by programs, which take every cell as it is. */
export type CsvFor = "spreadsheet" | "import";

const FORMS: Readonly<Record<CsvFor, Options>> = {
  spreadsheet: {
    bom: true,
    escape_formulas: true,
    // Otherwise a line feed inside a cell, which does not end a row here, would be unquoted and end one in other
    // programs.
    quoted: true,
    record_delimiter: "windows",
  },
  // Importers stumble over a byte order mark before the first column and over quotes around it, and an apostrophe would
  // change an address that begins with a sign. They may trim blanks, and take a lone line feed for the end of a row.
  import: { quoted_match: /[\r\n]|^\s|\s$/, record_delimiter: "windows" },
};

/**
 * Formats a table as CSV (RFC 4180) with a byte order mark, so that Excel too reads the letters right.
 *
 * A cell that a spreadsheet would take for a formula gets an apostrophe in front, because anyone can choose a name.
 */
export function formatCsv(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  return linesOf([columns, ...rows], FORMS.spreadsheet);
}

/** A CSV file that is written row by row. */
export type CsvFile = { add(cells: readonly string[]): void; close(): void };

/** Opens a CSV file that only this user can read; there must be none of this name. */
export function openCsvFile(path: string, columns: readonly string[], form: CsvFor): CsvFile {
  const file = openSync(path, "wx", 0o600);
  let rows: (readonly string[])[] = [];
  const write = (options: Options) => {
    writeSync(file, linesOf(rows, options));
    rows = [];
  };
  rows.push(columns);
  write(FORMS[form]);
  const rest = { ...FORMS[form], bom: false };
  return {
    add(cells) {
      rows.push(cells);
      if (rows.length === ROWS_AT_ONCE) write(rest);
    },
    close() {
      if (rows.length > 0) write(rest);
      closeSync(file);
    },
  };
}

const ROWS_AT_ONCE = 500;

function linesOf(rows: readonly (readonly string[])[], options: Options): string {
  return stringify(rows as string[][], options);
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
