import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Read } from "../../letter/bytes/read.ts";
import { dayInWords } from "../../site/views/dates.ts";
import { type Lang, STRINGS } from "../../site/views/strings.ts";
import type { Right } from "../opened-contacts.ts";
import type { PublicBagFacts } from "../public-bag-facts.ts";
import { readConsentWordings } from "./consent-wordings.ts";
import { openImport } from "./import-file.ts";
import { openCounted, openSignatories } from "./list-files.ts";
import { readReadMe } from "./read-me.ts";
import { signatoryOf } from "./signatory.ts";
import { openTotals } from "./totals.ts";

/**
 * Writes the files that the recipient reads and imports: one person after the other, so that a long list needs little more
 * memory than a short one.
 *
 * @param folder an empty one, which the caller drops if this fails
 * @param read reads the public bag below its `data/`
 * @param split rows of a file to import at most; undefined for one file
 * @param run gets what adds a person, and gives what this function gives
 */
export async function writeOpenedFolder<T>(
  folder: string,
  { facts, read, split }: { facts: PublicBagFacts; read: Read; split: number | undefined },
  run: (add: (right: Right) => Promise<void>) => Promise<T>,
): Promise<T> {
  const wordings = await readConsentWordings(read);
  const day = facts.handover.day;
  const readMes = await Promise.all(
    (Object.keys(STRINGS) as Lang[]).map((lang) => readReadMe(lang, { day: dayInWords(lang, day) })),
  );
  const path = (name: string) => join(folder, name);
  for (const { lang, text } of readMes)
    await writeFile(path(`READ-ME-FIRST-${lang}.txt`), text, { mode: 0o600, flag: "wx" });
  const signatories = openSignatories(path, { readMes, wordings: wordings.all });
  const counted = openCounted(path);
  const imported = openImport(path, facts.verified.checkpoint.origin, split);
  const totals = openTotals(path);
  const result = await run(async (right) => {
    const signatory = signatoryOf(right, facts, wordings);
    const writers = signatory.shown === "counted" ? [counted, totals] : [signatories, imported, totals];
    for (const writer of writers) await writer.add(signatory);
  });
  for (const writer of [signatories, counted, imported, totals]) await writer.close();
  return result;
}
