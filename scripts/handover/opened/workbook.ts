import { type WorkbookSheet, writeWorkbook } from "../../outside/spreadsheet.ts";
import type { ReadMe } from "../read-me.ts";
import type { ConsentWording } from "./consent-wordings.ts";
import { type ListWriter, SIGNATORY_COLUMNS, signatoryCells } from "./lists.ts";
import { readMeSheet } from "./read-me-sheet.ts";

/** Rows of a workbook, so that neither Excel nor the memory of a small computer is full. */
const WORKBOOK_ROWS = 100_000;

/**
 * Opens the list to read as workbooks of at most 100,000 rows: `signatories.xlsx`, `signatories-2.xlsx`, ….
 *
 * @param path gives the path to write a file to, by its name
 */
export function openWorkbooks(
  path: (name: string) => string,
  { readMes, wordings }: { readMes: readonly ReadMe[]; wordings: readonly ConsentWording[] },
): ListWriter {
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
      if (rows.length === WORKBOOK_ROWS) await write();
      rows.push(cells.map((cell) => cell || null));
    },
    async close() {
      if (rows.length > 0 || number === 1) await write();
    },
  };
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
