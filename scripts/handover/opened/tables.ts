import type { Right } from "../opened-contacts.ts";
import type { PublicBagFacts } from "../public-bag-facts.ts";
import type { ConsentWordings } from "./consent-wordings.ts";
import { openImport } from "./import-file.ts";
import { type ListWriter, type OpenCsv, openCounted, openSignatories } from "./lists.ts";
import { signatoryOf } from "./signatory.ts";
import { openTotals } from "./totals.ts";

/** The lists of an opened handover, to which one person is added after the other. They are whole after `close`. */
export type Tables = { add(right: Right): Promise<void>; close(): Promise<void> };

/**
 * Opens the lists that the recipient reads and imports.
 *
 * @param split rows of a file to import at most; undefined for one file
 * @param others get everybody who is on the list to read
 */
export function openTables(
  open: OpenCsv,
  {
    facts,
    wordings,
    split,
    others = [],
  }: { facts: PublicBagFacts; wordings: ConsentWordings; split: number | undefined; others?: readonly ListWriter[] },
): Tables {
  const signatories = [openSignatories(open), ...others];
  const counted = openCounted(open);
  const imported = openImport(open, facts.verified.checkpoint.origin, split);
  const totals = openTotals(open);
  return {
    async add(right) {
      const signatory = signatoryOf(right, facts, wordings);
      const writers = signatory.shown === "counted" ? [counted, totals] : [...signatories, imported, totals];
      for (const writer of writers) await writer.add(signatory);
    },
    async close() {
      for (const writer of [...signatories, counted, imported, totals]) await writer.close();
    },
  };
}
