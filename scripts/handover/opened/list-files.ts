import { openCsvFile, type WorkbookSheet, writeWorkbook } from "../../outside/spreadsheet.ts";
import { ALLOWANCE_COLUMNS, allowancesOf } from "./allowance.ts";
import type { ConsentWording } from "./consent-wordings.ts";
import { type ReadMe, readMeSheet } from "./read-me.ts";
import type { Signatory } from "./signatory.ts";

/** Nobody has agreed to get mail. */
export const NO_MAIL = "N";

/** The columns of the list to read. The name that may be printed comes first; no column is called just `name`. */
export const SIGNATORY_COLUMNS: readonly string[] = [
  "public_name",
  "sealed_name",
  ...ALLOWANCE_COLUMNS,
  "shown",
  "email",
  "email_opt_in",
  "place",
  "lang",
  "signed",
  "consents",
  "consent_ids",
  "index",
  "id",
  "edition",
];

/** The columns of those who are only counted: there is nothing of them that could be printed. */
export const COUNTED_COLUMNS: readonly string[] = SIGNATORY_COLUMNS.filter(isCounted);

/** Rows of a workbook, so that neither Excel nor the memory of a small computer is full. */
const WORKBOOK_ROWS = 100_000;

/** What is written row by row, and is whole after `close`. */
export type ListWriter = { add(signatory: Signatory): void | Promise<void>; close(): Promise<void> };

/**
 * Opens the list to read, as CSV and as workbooks of at most 100,000 rows: `signatories.xlsx`, `signatories-2.xlsx`, ….
 *
 * @param path gives the path to write a file to, by its name
 */
export function openSignatories(
  path: (name: string) => string,
  { readMes, wordings }: { readMes: readonly ReadMe[]; wordings: readonly ConsentWording[] },
): ListWriter {
  const csv = openCsvFile(path("signatories.csv"), SIGNATORY_COLUMNS, "spreadsheet");
  let [rows, number] = [[] as (string | null)[][], 1];
  const write = async () => {
    const list = { name: "Signatories", columns: SIGNATORY_COLUMNS, rows };
    const name = number === 1 ? "signatories.xlsx" : `signatories-${number}.xlsx`;
    await writeWorkbook(path(name), [...readMes.map(readMeSheet), list, consentSheet(wordings)]);
    [rows, number] = [[], number + 1];
  };
  return {
    async add(signatory) {
      const cells = signatoryCells(signatory);
      csv.add(cells);
      if (rows.length === WORKBOOK_ROWS) await write();
      rows.push(cells.map((cell) => cell || null));
    },
    async close() {
      csv.close();
      if (rows.length > 0 || number === 1) await write();
    },
  };
}

/** Opens the list of those who are only counted. */
export function openCounted(path: (name: string) => string): ListWriter {
  const csv = openCsvFile(path("counted.csv"), COUNTED_COLUMNS, "spreadsheet");
  return {
    add(signatory) {
      csv.add(countedCells(signatory));
    },
    async close() {
      csv.close();
    },
  };
}

function signatoryCells(signatory: Signatory): string[] {
  const { publicName, sealedName, shown, email, place, lang, signed, consents, consentIds, index, id, edition } =
    signatory;
  const allowed = allowancesOf(signatory);
  const agreed = [lang, signed, consents, consentIds];
  return [publicName, sealedName, ...allowed, shown, email, NO_MAIL, place, ...agreed, index, id, edition];
}

function countedCells(signatory: Signatory): string[] {
  return signatoryCells(signatory).filter((_, at) => isCounted(SIGNATORY_COLUMNS[at] ?? ""));
}

function isCounted(column: string): boolean {
  return !["public_name", "sealed_name", "place"].includes(column);
}

/** The wordings that `consent_ids` names, in full. */
function consentSheet(wordings: readonly ConsentWording[]): WorkbookSheet {
  return {
    name: "Consents",
    columns: ["consent_id", "lang", "from", "until", "text"],
    rows: wordings.map(({ id, lang, from, until, text }) => [id, lang, from, until || null, text]),
    widths: [26, 6, 12, 12, 90],
  };
}
