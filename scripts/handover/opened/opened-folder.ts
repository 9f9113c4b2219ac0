import { writeFile } from "node:fs/promises";
import type { Read } from "../../letter/bytes/read.ts";
import { type Lang, STRINGS } from "../../site/views/strings.ts";
import type { Right } from "../opened-contacts.ts";
import type { PublicBagFacts } from "../public-bag-facts.ts";
import { readConsentWordings } from "./consent-wordings.ts";
import { openDrafts } from "./drafts.ts";
import { openImport } from "./import-file.ts";
import { openCounted, openSignatories } from "./list-files.ts";
import { readReadMe } from "./read-me.ts";
import { signatoryOf } from "./signatory.ts";
import { openTotals } from "./totals.ts";

/**
 * Writes the files that the recipient reads and imports: one person after the other, so that a long list needs little more
 * memory than a short one. None of the files is there before all of them are, or if `run` fails.
 *
 * @param out a folder that exists; what an earlier opening left there is destroyed
 * @param read reads the public bag below its `data/`
 * @param split rows of a file to import at most; undefined for one file
 * @param run gets what adds a person, and gives what this function gives
 */
export async function writeOpenedFolder<T>(
  out: string,
  { facts, read, split }: { facts: PublicBagFacts; read: Read; split: number | undefined },
  run: (add: (right: Right) => Promise<void>) => Promise<T>,
): Promise<T> {
  const wordings = await readConsentWordings(read);
  const day = facts.handover.day;
  const readMes = await Promise.all((Object.keys(STRINGS) as Lang[]).map((lang) => readReadMe(lang, { day })));
  const drafts = await openDrafts(out);
  try {
    for (const { lang, text } of readMes)
      await writeFile(drafts.path(`READ-ME-FIRST-${lang}.txt`), text, { mode: 0o600, flag: "wx" });
    const signatories = openSignatories(drafts.path, { readMes, wordings: wordings.all });
    const counted = openCounted(drafts.path);
    const imported = openImport(drafts.path, facts.verified.checkpoint.origin, split);
    const totals = openTotals(drafts.path);
    const result = await run(async (right) => {
      const signatory = signatoryOf(right, facts, wordings);
      const writers = signatory.shown === "counted" ? [counted, totals] : [signatories, imported, totals];
      for (const writer of writers) await writer.add(signatory);
    });
    for (const writer of [signatories, counted, imported, totals]) await writer.close();
    await drafts.keep((name) => OURS.test(name));
    return result;
  } catch (cause) {
    await drafts.drop();
    throw cause;
  }
}

/** What an opening writes: the list of an earlier one may hold people who have left since. */
const OURS =
  /^(signatories(-\d+)?\.(csv|xlsx)|counted\.csv|import(-\d+)?\.csv|totals(-public)?\.csv|READ-ME-FIRST-\w+\.txt)$/;
