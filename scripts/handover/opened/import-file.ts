import type { CsvFile } from "../../letter/handover/csv.ts";
import { splitName } from "../../letter/handover/name-parts.ts";
import { addressKey } from "../../letter/signature/email.ts";
import { countryIn } from "./country.ts";
import { type ListWriter, NO_MAIL, type OpenCsv } from "./lists.ts";
import type { Signatory } from "./signatory.ts";

/** The columns of the file to import. `.github/importing.md` says which of them each system needs. */
export const IMPORT_COLUMNS = [
  "email",
  "email_key",
  "full_name",
  "first_name",
  "last_name",
  "place",
  "country_derived",
  "country_code",
  "country_source",
  "language",
  "signed",
  "source",
  "external_id",
  "public_name",
  "shown",
  "email_opt_in",
  "email_opt_out",
  "confirmed",
  "consents",
  "consent_ids",
  "edition",
] as const;

/** Makes the row of somebody in the file to import. @param source the ledger's name, which says where they signed */
export function importRow(signatory: Signatory, source: string): Record<(typeof IMPORT_COLUMNS)[number], string> {
  const { first, last } = splitName(signatory.sealedName);
  const country = countryIn(signatory.place);
  return {
    email: signatory.email,
    email_key: addressKey(signatory.email),
    full_name: signatory.sealedName,
    first_name: first,
    last_name: last,
    place: signatory.place,
    country_derived: country?.name ?? "",
    country_code: country?.code ?? "",
    country_source: country === undefined ? "none" : "place",
    language: signatory.lang,
    signed: signatory.signed,
    source,
    external_id: signatory.id,
    public_name: signatory.publicName,
    shown: signatory.shown,
    email_opt_in: NO_MAIL,
    // For systems that ask the other way round: there an N would subscribe everybody.
    email_opt_out: "1",
    // The mailbox was proved by a code that was mailed to it.
    confirmed: "code",
    consents: signatory.consents,
    consent_ids: signatory.consentIds,
    edition: signatory.edition,
  };
}

/**
 * Opens the file to import, `import.csv`, or several of at most `split` rows: `import-1.csv`, `import-2.csv`, ….
 */
export function openImport(openCsv: OpenCsv, source: string, split?: number): ListWriter {
  const open = (name: string) => openCsv(name, IMPORT_COLUMNS, "import");
  let file: CsvFile = open(split === undefined ? "import.csv" : "import-1.csv");
  let [number, rows] = [1, 0];
  return {
    add(signatory) {
      if (rows === split) {
        file.close();
        [number, rows] = [number + 1, 0];
        file = open(`import-${number}.csv`);
      }
      file.add(Object.values(importRow(signatory, source)));
      rows++;
    },
    async close() {
      file.close();
    },
  };
}
