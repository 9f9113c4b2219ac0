import { type Options, stringify } from "csv-stringify/sync";

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

/** Writes a CSV file by parts of 500 rows. @param write gets each part in turn, and once undefined at the end */
export function csvFile(columns: readonly string[], form: CsvFor, write: (part: string | undefined) => void): CsvFile {
  const rest = { ...FORMS[form], bom: false };
  let rows: (readonly string[])[] = [];
  write(linesOf([columns], FORMS[form]));
  const flush = () => {
    if (rows.length > 0) write(linesOf(rows, rest));
    rows = [];
  };
  return {
    add(cells) {
      rows.push(cells);
      if (rows.length === ROWS_AT_ONCE) flush();
    },
    close() {
      flush();
      write(undefined);
    },
  };
}

const ROWS_AT_ONCE = 500;

function linesOf(rows: readonly (readonly string[])[], options: Options): string {
  return stringify(rows as string[][], options);
}
