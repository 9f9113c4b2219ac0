import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { LetterError } from "../letter/bytes/error.ts";
import { contactId } from "../letter/handover/contacts-payload.ts";
import { type Bag, openBag } from "../outside/bag/reader.ts";
import { makeWritableFolder } from "../outside/folder.ts";
import { openSeal } from "../outside/seal/seal.ts";
import { openIdentities, readRecipients, type Unseal } from "../outside/seal/unseal.ts";
import { type Lang, STRINGS } from "../site/views/strings.ts";
import { formatReport } from "./handover-report.ts";
import { writeOpenedFolder } from "./opened/opened-folder.ts";
import { readPublicBag } from "./public-bag-facts.ts";
import { openAndReseal } from "./resealed-bag.ts";

/** Where the two bags and the key are, and where the list and the reports go. */
export type OpenedPlaces = {
  readonly bag: string;
  readonly contacts: string;
  readonly identity: string;
  readonly out: string;
  /** recipients, or files that hold them, for whom the records are sealed again */
  readonly reseal?: readonly string[] | undefined;
  /** rows of a file to import at most */
  readonly split?: number | undefined;
};

/** What opening came to; the digests are SHA-256 in base64url. */
export type OpenedCounts = {
  readonly right: number;
  readonly withdrawn: number;
  readonly notRight: number;
  readonly publicBag: string;
  readonly contactsBag: string;
};

/**
 * Opens both bags of a handover and writes the list of signatories and the reports into a folder.
 *
 * @param progress gets a name for each step, and returns what is told how far the step has come
 * @returns the counts, and the report in English
 * @throws LetterError `bag` when the two do not belong together, or the key opens none of the records
 */
export async function openHandover(
  { bag: bagFile, contacts: contactsFile, identity, out, reseal, split }: OpenedPlaces,
  progress: (what: string) => (done: number, of: number) => void,
): Promise<{ counts: OpenedCounts; report: string }> {
  // What is wrong with the keys is said before anything is opened.
  const named = reseal && (await readRecipients(reseal));
  const seal = named && openSeal(named);
  const unseal = await openIdentities(identity);
  const bag = await openBag(bagFile, progress("reading the public bag"));
  const contacts = await openBag(contactsFile, progress("reading the contacts bag"));
  const facts = await readPublicBag(bag);
  await assertKeyFits(contacts, unseal);
  makeWritableFolder(out, "--out");
  const pair = { bag, contacts, facts };
  const opened = await writeOpenedFolder(out, { facts, read: bag.read, split }, (add) =>
    openAndReseal(pair, unseal, seal && { seal, out }, progress("opening the records"), add),
  );
  for (const lang of Object.keys(STRINGS) as Lang[])
    await writeFile(join(out, `report-${lang}.txt`), formatReport(lang, pair, opened), { mode: 0o600 });
  const { findings, right, withdrawn } = opened;
  const counts = { right, withdrawn, notRight: findings.length, publicBag: bag.digest, contactsBag: contacts.digest };
  const report = formatReport("en", pair, opened);
  await Promise.all([bag.close(), contacts.close()]);
  return { counts, report };
}

/** A key that opens nothing is most likely another one: no report then says of everybody that the record was changed. */
async function assertKeyFits(contacts: Bag, unseal: Unseal): Promise<void> {
  const records = contacts.paths.filter((path) => contactId(path) !== undefined);
  for (const path of records) if (await unseal((await contacts.read(path))!)) return;
  if (records.length > 0)
    throw new LetterError(
      "bag",
      `this key opens none of the ${records.length} records: is it the key file of one of those they were sealed for? Nothing was written`,
    );
}
