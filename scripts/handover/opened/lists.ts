import type { CsvFile, CsvFor } from "../../letter/handover/csv.ts";
import { ALLOWANCE_COLUMNS, allowancesOf } from "./allowance.ts";
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

/** What is written row by row, and is whole after `close`. */
export type ListWriter = { add(signatory: Signatory): void | Promise<void>; close(): Promise<void> };

/** Opens a CSV file of this name, on a disk or in the memory of a page. */
export type OpenCsv = (name: string, columns: readonly string[], form: CsvFor) => CsvFile;

/** Opens the list to read, as CSV. */
export function openSignatories(open: OpenCsv): ListWriter {
  const csv = open("signatories.csv", SIGNATORY_COLUMNS, "spreadsheet");
  return {
    add(signatory) {
      csv.add(signatoryCells(signatory));
    },
    async close() {
      csv.close();
    },
  };
}

/** Opens the list of those who are only counted. */
export function openCounted(open: OpenCsv): ListWriter {
  const csv = open("counted.csv", COUNTED_COLUMNS, "spreadsheet");
  return {
    add(signatory) {
      csv.add(countedCells(signatory));
    },
    async close() {
      csv.close();
    },
  };
}

/** The cells of a signatory, in the order of `SIGNATORY_COLUMNS`. */
export function signatoryCells(signatory: Signatory): string[] {
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
