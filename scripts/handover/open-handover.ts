import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { LetterError } from "../letter/bytes/error.ts";
import type { Bag } from "../outside/bag/found-bag.ts";
import { openBag } from "../outside/bag/reader.ts";
import type { Clock } from "../outside/clock.ts";
import type { Unseal } from "../outside/seal/identities.ts";
import { openSeal, type Seal } from "../outside/seal/seal.ts";
import { openIdentities, readRecipients } from "../outside/seal/unseal.ts";
import { type Lang, STRINGS } from "../site/views/strings.ts";
import { formatReceiptLine, formatReport } from "./handover-report.ts";
import { writeOpenedFolder } from "./opened/opened-folder.ts";
import { tryKey } from "./opened-contacts.ts";
import { openOutFolder, warningsOf } from "./out-folder.ts";
import { type PublicBagFacts, readPublicBag } from "./public-bag-facts.ts";
import { openAndReseal } from "./resealed-bag.ts";
import type { Departed, LedgerNow } from "./since/departed.ts";
import { readLedgerNow } from "./since/ledger-now.ts";
import { remember } from "./since/remembered.ts";

/** Where the two bags and the key are, where the ledger is now, and where the list and the reports go. */
export type OpenedPlaces = {
  readonly bag: string;
  readonly contacts: string;
  readonly identity: string;
  readonly out: string;
  /** the address of the letter's site, a folder of it, or a file of `handover:left` */
  readonly site?: string | undefined;
  /** recipients, or files that hold them, for whom the records are sealed again */
  readonly reseal?: readonly string[] | undefined;
  /** rows of a file to import at most */
  readonly split?: number | undefined;
};

/** What opening came to; the digests are SHA-256 in base64url. */
export type OpenedCounts = {
  readonly right: number;
  /** everybody of the public bag who has left since; none of them is on the list */
  readonly left: readonly Departed[];
  readonly notRight: number;
  readonly publicBag: string;
  readonly contactsBag: string;
  /** up to where the ledger was known, and whether it was asked for now */
  readonly ledger: { readonly size: number; readonly day: string; readonly live: boolean };
};

type Progress = (what: string) => (done: number, of: number) => void;

/**
 * Opens both bags of a handover and writes the list of signatories and the reports into a folder. Anyone who has left by the
 * newest ledger that is known is on no list and in no bag that is written.
 *
 * @param progress gets a name for each step, and returns what is told how far the step has come
 * @returns the counts, the report and the line of the receipt in English, and what the person should be told besides
 * @throws LetterError `bag` when the two do not belong together, or the key opens none of the records
 */
export async function openHandover(
  places: OpenedPlaces,
  clock: Clock,
  progress: Progress,
): Promise<{ counts: OpenedCounts; report: string; receipt: string; warnings: string[] }> {
  // What is wrong with the keys is said before anything is opened.
  const named = places.reseal && (await readRecipients(places.reseal));
  const seal = named && openSeal(named);
  const bags: Bag[] = [];
  try {
    bags.push(await openBag(places.bag, progress("reading the public bag")));
    bags.push(await openBag(places.contacts, progress("reading the contacts bag")));
    const [bag, contacts] = bags as [Bag, Bag];
    const facts = await readPublicBag(bag);
    const { site } = places;
    const reading = site === undefined ? () => {} : progress("reading the ledger");
    // Before the key is read: this is the only step that may ask another machine.
    const memories = [dirname(places.bag), places.out];
    const ledger = await readLedgerNow({ bag, contacts, facts }, { site, memories, clock }, reading);
    return await writeOut({ bag, contacts, facts, ledger }, places, seal, progress);
  } finally {
    await Promise.all(bags.map((bag) => bag.close()));
  }
}

async function writeOut(
  pair: { bag: Bag; contacts: Bag; facts: PublicBagFacts; ledger: LedgerNow },
  { bag: bagFile, identity, out, split }: OpenedPlaces,
  seal: Seal | undefined,
  progress: Progress,
) {
  const { bag, contacts, facts, ledger } = pair;
  const unseal = await openIdentities(identity);
  await assertKeyFits(contacts, ledger.departed, unseal);
  const folder = await openOutFolder(out);
  try {
    const resealing = seal && { seal, out: folder.draft };
    // Nobody who has left is among those that are added.
    const opened = await writeOpenedFolder(folder.draft, { facts, read: bag.read, split }, (add) =>
      openAndReseal(pair, unseal, resealing, progress("opening the records"), add),
    );
    for (const lang of Object.keys(STRINGS) as Lang[])
      await writeFile(join(folder.draft, `report-${lang}.txt`), formatReport(lang, pair, opened), { mode: 0o600 });
    await remember(folder.draft, facts.handover, facts.entries, ledger);
    const counts = {
      right: opened.right,
      left: ledger.departed,
      notRight: opened.findings.length,
      publicBag: bag.digest,
      contactsBag: contacts.digest,
      ledger: { size: ledger.checkpoint.size, day: ledger.day, live: ledger.live },
    };
    // One of them may lie in the folder, under the name of a new file.
    await Promise.all([bag.close(), contacts.close()]);
    const others = await folder.finish();
    const kept = await remember(dirname(bagFile), facts.handover, facts.entries, ledger);
    return {
      counts,
      report: formatReport("en", pair, opened),
      receipt: formatReceiptLine("en", pair),
      warnings: [...warningsOf(others, counts.left.length > 0), ...(kept ? [] : [NOT_KEPT])],
    };
  } catch (cause) {
    await folder.abandon();
    throw cause;
  }
}

const NOT_KEPT =
  "nothing can be written beside the public bag: keep the file handover-DATE.left of the folder of --out there, so that nobody who has left comes back";

async function assertKeyFits(contacts: Bag, departed: readonly Departed[], unseal: Unseal): Promise<void> {
  const { records, fits } = await tryKey(contacts, departed, unseal);
  if (!fits)
    throw new LetterError(
      "bag",
      `this key opens none of the ${records} records: is it the key file of one of those they were sealed for? Nothing was written`,
    );
}
