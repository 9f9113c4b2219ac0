import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Read } from "../../letter/bytes/read.ts";
import { openCsvFile } from "../../outside/spreadsheet.ts";
import { dayInWords } from "../../site/views/dates.ts";
import { type Lang, STRINGS } from "../../site/views/strings.ts";
import type { Right } from "../opened-contacts.ts";
import type { PublicBagFacts } from "../public-bag-facts.ts";
import { readReadMe } from "../read-me.ts";
import { readConsentWordings } from "./consent-wordings.ts";
import type { OpenCsv } from "./lists.ts";
import { openTables } from "./tables.ts";
import { openWorkbooks } from "./workbook.ts";

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
  const open: OpenCsv = (name, columns, form) => openCsvFile(path(name), columns, form);
  const others = [openWorkbooks(path, { readMes, wordings: wordings.all })];
  const tables = openTables(open, { facts, wordings, split, others });
  const result = await run(tables.add);
  await tables.close();
  return result;
}
