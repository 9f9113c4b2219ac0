import { LetterError } from "../../letter/bytes/error.ts";
import type { CsvFile, CsvFor } from "../../letter/handover/csv.ts";
import { csvFile } from "../../letter/handover/csv.ts";
import type { Bag } from "../../outside/bag/found-bag.ts";
import { readBag } from "../../outside/bag/found-bag.ts";
import { type Unseal, unsealWith } from "../../outside/seal/identities.ts";
import { dayInWords } from "../../site/views/dates.ts";
import { type Lang, STRINGS } from "../../site/views/strings.ts";
import { formatReport } from "../handover-report.ts";
import { readConsentWordings } from "../opened/consent-wordings.ts";
import { openTables } from "../opened/tables.ts";
import { type Opened, openContacts, pairProblem, tryKey } from "../opened-contacts.ts";
import { type PublicBagFacts, readPublicBag } from "../public-bag-facts.ts";
import { departedSince, type LedgerNow } from "../since/departed.ts";
import {
  type FoundLedger,
  formatRemembered,
  knownLedger,
  openLeftFile,
  rememberedName,
} from "../since/known-ledger.ts";
import { breathe, chosenFile } from "./chosen-file.ts";

/** What somebody chose: both bags, the texts of the key file and of files that tell who has left. */
export type Chosen = {
  readonly publicBag: Blob;
  readonly contacts: Blob;
  readonly identity: string;
  readonly left: readonly string[];
};

/** Why nothing was opened. The page has words for each. */
export type Trouble =
  | "public_broken"
  | "contacts_broken"
  | "repacked"
  | "two_public"
  | "two_contacts"
  | "another_campaign"
  | "another_handover"
  | "no_key"
  | "wrong_key"
  | "left_broken";

/** A list as the page shows it and as it is saved: rows without the column names, and the file in parts. */
export type Table = {
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly parts: readonly string[];
};

/** What was opened: lists, the report in each language, and what is known of the ledger, as a file to keep. */
export type OpenedHere = {
  readonly tables: readonly Table[];
  readonly reports: Readonly<Record<Lang, string>>;
  /** the day of the handover in words */
  readonly days: Readonly<Record<Lang, string>>;
  readonly right: number;
  readonly notRight: number;
  readonly departed: number;
  readonly left: { readonly name: string; readonly text: string };
};

/** What is being done, for the page to say. */
export type Step = "public" | "contacts" | "records";

type Progress = (step: Step, done: number, of: number) => void;

/**
 * Opens both bags of a handover as `npm run handover:open` does, and keeps everything in the memory of the page.
 *
 * @returns `trouble` when nothing was opened, with what the program says of it, in English
 */
export async function openInPage(
  chosen: Chosen,
  progress: Progress,
): Promise<OpenedHere | { readonly trouble: Trouble; readonly detail: string }> {
  try {
    return await openBoth(chosen, progress);
  } catch (cause) {
    if (cause instanceof Stop) return { trouble: cause.trouble, detail: cause.message };
    throw cause;
  }
}

/** Ends the opening with one of the troubles. */
class Stop extends Error {
  readonly trouble: Trouble;
  constructor(trouble: Trouble, detail = "") {
    super(detail);
    this.trouble = trouble;
  }
}

/** Runs a step, and says which trouble it is when it fails. */
async function trying<T>(trouble: Trouble, run: () => T | Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (cause) {
    if (cause instanceof LetterError) throw new Stop(cause.code === "repacked" ? "repacked" : trouble, cause.message);
    throw cause;
  }
}

async function openBoth(chosen: Chosen, progress: Progress): Promise<OpenedHere> {
  const unseal = await trying("no_key", () => breathing(unsealWith(chosen.identity)));
  const first = await trying("public_broken", () => bagOf(chosen.publicBag, "public", progress));
  const second = await trying("contacts_broken", () => bagOf(chosen.contacts, "contacts", progress));
  const [bag, contacts] = inOrder(first, second);
  const facts = await trying("public_broken", () => readPublicBag(bag));
  assertPair(contacts, bag, facts);
  const ledger = await ledgerOf({ bag, contacts, facts }, chosen.left);
  const { fits } = await tryKey(contacts, ledger.departed, unseal);
  if (!fits) throw new Stop("wrong_key");
  const { tables, opened } = await tabulate({ bag, contacts, facts, ledger }, unseal, progress);
  const inEach = <T>(of: (lang: Lang) => T) =>
    Object.fromEntries((Object.keys(STRINGS) as Lang[]).map((lang) => [lang, of(lang)])) as Record<Lang, T>;
  return {
    tables,
    reports: inEach((lang) => formatReport(lang, { bag, contacts, facts, ledger }, opened, "page")),
    days: inEach((lang) => dayInWords(lang, facts.handover.day)),
    right: opened.right,
    notRight: opened.findings.length,
    departed: ledger.departed.length,
    left: { name: rememberedName(facts.handover), text: formatRemembered(facts.entries, ledger) },
  };
}

function breathing(unseal: Unseal): Unseal {
  return async (sealed) => {
    await breathe();
    return unseal(sealed);
  };
}

function bagOf(file: Blob, step: Step, progress: Progress): Promise<Bag> {
  return readBag(chosenFile(file), (done, of) => progress(step, done, of));
}

/** Each bag says which of the two it is, so it does not matter which was chosen first. */
function inOrder(first: Bag, second: Bag): [bag: Bag, contacts: Bag] {
  const isContacts = (bag: Bag) => bag.info.has("Public-Bag-Digest");
  if (isContacts(first) && isContacts(second)) throw new Stop("two_contacts");
  if (!isContacts(first) && !isContacts(second) && second.problems.length === 0) throw new Stop("two_public");
  return isContacts(first) ? [second, first] : [first, second];
}

function assertPair(contacts: Bag, bag: Bag, facts: PublicBagFacts): void {
  const problem = pairProblem(contacts, bag, facts);
  switch (problem) {
    case undefined:
      return;
    case "not-contacts":
      throw new Stop("two_public");
    case "damaged":
      throw new Stop("contacts_broken", "bag-info.txt");
    case "campaign":
      throw new Stop("another_campaign");
    case "handover":
      throw new Stop("another_handover");
    case "file":
      throw new Stop("repacked");
    default:
      problem satisfies never;
  }
}

/** The newest of the chosen files tells who has left; each of the others must be an earlier state of the same ledger. */
async function ledgerOf(
  pair: { bag: Bag; contacts: Bag; facts: PublicBagFacts },
  texts: readonly string[],
): Promise<LedgerNow> {
  const known = knownLedger(pair.facts.entries, pair.facts.verified.verifier);
  return trying("left_broken", async () => {
    const files = texts.map((text) => openLeftFile(text, known));
    const [found, ...earlier] = files.toSorted(byAge);
    return { ...(await departedSince({ ...pair, known }, found, earlier)), before: [] };
  });
}

function byAge(a: FoundLedger, b: FoundLedger): number {
  return b.checkpoint.size - a.checkpoint.size || (a.day < b.day ? 1 : -1);
}

async function tabulate(
  pair: { bag: Bag; contacts: Bag; facts: PublicBagFacts; ledger: LedgerNow },
  unseal: Unseal,
  progress: Progress,
): Promise<{ tables: Table[]; opened: Opened }> {
  const { bag, contacts, facts } = pair;
  const wordings = await trying("public_broken", () => readConsentWordings(bag.read));
  const tables: Table[] = [];
  const open = (name: string, columns: readonly string[], form: CsvFor) => {
    const { table, csv } = inMemory(name, columns, form);
    tables.push(table);
    return csv;
  };
  const lists = openTables(open, { facts, wordings, split: undefined });
  const records = openContacts(contacts, pair, unseal, (done, of) => progress("records", done, of));
  for (let next = await records.next(); ; next = await records.next()) {
    if (next.done) {
      await lists.close();
      return { tables, opened: next.value };
    }
    await lists.add(next.value);
  }
}

function inMemory(name: string, columns: readonly string[], form: CsvFor): { table: Table; csv: CsvFile } {
  const [rows, parts] = [[] as (readonly string[])[], [] as string[]];
  const csv = csvFile(columns, form, (part) => part !== undefined && parts.push(part));
  return {
    table: { name, columns, rows, parts },
    csv: {
      add(cells) {
        rows.push(cells);
        csv.add(cells);
      },
      close: csv.close,
    },
  };
}
