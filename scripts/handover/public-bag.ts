import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { LetterError } from "../letter/bytes/error.ts";
import type { Read } from "../letter/bytes/read.ts";
import type { Handover } from "../letter/handover/handover.ts";
import { assertNotSpent, spentForHandover } from "../letter/handover/spent-tag.ts";
import type { PublicKeys } from "../letter/published/files.ts";
import { verifyPublished } from "../letter/published/verification.ts";
import { type CampaignRecord, countRecord } from "../letter/signature/record.ts";
import { type Campaign, parseCampaign } from "../letter/text/campaign.ts";
import { openBag } from "../outside/bag/reader.ts";
import { writeBag } from "../outside/bag/writer.ts";
import { readOfflineParts } from "../outside/browser/offline-parts.ts";
import { readHistory } from "../outside/git/history.ts";
import { CAMPAIGN_PATH } from "../outside/git/letter-files.ts";
import { readText } from "../outside/git/object.ts";
import { readRecordAt } from "../outside/git/record-at.ts";
import { MAIN, readRef } from "../outside/git/ref.ts";
import { readTag } from "../outside/git/tag.ts";
import { readWordingsAt, type Wordings } from "../outside/git/wordings-at.ts";
import { openTypesetter } from "../outside/typeset.ts";
import { dayInWords } from "../site/views/dates.ts";
import { numeral } from "../site/views/numerals.ts";
import { offlinePage } from "../site/views/pages/offline-page.ts";
import { isLang, type Lang } from "../site/views/strings.ts";
import { OPENER, renderOpener } from "./opener.ts";
import { type Printed, printPages, requestIn } from "./print-pages.ts";
import { type PayloadFile, publicPayload } from "./public-payload.ts";
import { wordingFiles } from "./wording-files.ts";

/** What a handover hands over: the campaign and the record as they stood at its tag, and what people had agreed to. */
export type Tagged = {
  readonly commit: string;
  readonly campaign: Campaign;
  readonly record: CampaignRecord;
  /** why nothing may be made of the tag any more, as main's ledger is now: `spentForHandover` */
  readonly spent: string | undefined;
  readonly wordings: Wordings;
};

type PagesOf = Printed & { readonly keys: PublicKeys };
/** Makes the pages of a bag that people read; what is handed over proves itself without them. */
export type BagPages = (of: PagesOf, say: (line: string) => void) => AsyncIterable<PayloadFile>;

// In a clone that has checked out the tag, main is the branch of the repository it was cloned from.
const MAINS = [MAIN, "refs/remotes/origin/main"];

/**
 * Campaign and record at the tag of a handover.
 *
 * @throws LetterError `handover` when there is no such tag, or when it does not lie on main: what was merged from a
 *   branch is no state of the campaign
 */
export async function readTagged(repository: string, { tag }: Handover): Promise<Tagged> {
  const commit = await readTag(repository, tag);
  if (commit === undefined)
    throw new LetterError(
      "handover",
      `there is no tag ${tag}: on one machine npm run handover makes it, on GitHub the organisers do`,
    );
  const heads = (await Promise.all(MAINS.map((ref) => readRef(repository, ref)))).filter((head) => head !== undefined);
  const lines = await Promise.all(heads.map((head) => readHistory(repository, head)));
  if (!lines.flat().some(({ id }) => id === commit))
    throw new LetterError(
      "handover",
      `the tag ${tag} does not lie on main: what it names was never the state of the campaign`,
    );
  const campaign = parseCampaign((await readText(repository, commit, CAMPAIGN_PATH)) ?? "");
  const record = await readRecordAt(repository, commit);
  const spent = await spentSince(repository, heads, { tag, size: record.entries.length });
  if (record.rows.length === 0 && spent === undefined)
    throw new LetterError("handover", `at ${tag} the list holds no signature: there is nothing to hand over`);
  const wordings = await readWordingsAt(repository, commit);
  return { commit, campaign, record, spent, wordings };
}

/** Why a tag is spent by any of these states of main: a clone may have an older one beside that of its origin. */
async function spentSince(
  repository: string,
  heads: readonly string[],
  { tag, size }: { tag: string; size: number },
): Promise<string | undefined> {
  for (const head of new Set(heads)) {
    const { entries } = await readRecordAt(repository, head);
    const spent = spentForHandover(tag, entries, size);
    if (spent !== undefined) return spent;
  }
  return undefined;
}

/** The public keys that `campaign.yaml` names. @throws LetterError `keys` when one is missing */
export function namedKeys({ ledger_vkey, attestation_key, recipient }: Campaign): PublicKeys {
  if (!ledger_vkey || !attestation_key)
    throw new LetterError("keys", `${CAMPAIGN_PATH} names no ledger_vkey and attestation_key at the tag`);
  return { ledger: ledger_vkey, attestation: attestation_key, recipients: recipient.age };
}

/**
 * Writes the public bag of a tag, after checking it as anybody will.
 *
 * @throws LetterError `handover` when somebody has left since the tag
 * @param keys those of the campaign at the tag
 * @param out the folder of the bag
 * @param pages what is printed, and set slowly; the pages for print unless others are given
 * @returns the file, and its SHA-256 in base64url
 */
export async function writePublicBag(
  handover: Handover,
  { campaign, record, spent, wordings }: Tagged,
  keys: PublicKeys,
  out: string,
  say: (line: string) => void,
  pages: BagPages = pagesForPrint,
): Promise<{ file: string; digest: string }> {
  assertNotSpent(spent);
  const files = new Map([...publicPayload(record, keys), ...wordingFiles(wordings, languagesOf(campaign))]);
  const read: Read = async (path) => (files.has(path) ? Buffer.from(files.get(path) as string) : undefined);
  const { checkpoint } = await verifyPublished(read, keys.ledger);
  if (checkpoint.origin !== campaign.ledger_origin)
    throw new LetterError("handover", "the checkpoint is of another ledger");
  const file = join(out, `${handover.publicBag}.tar`);
  const totals = countRecord(record);
  const there = await readThere(file);
  const bag = {
    name: handover.publicBag,
    day: handover.day,
    tagFiles: await readmes(handover, campaign, record, keys),
    payload: payload(files, pages({ campaign, record, handover, keys }, say)),
    info: new Map([
      ["External-Description", "An open letter, its public signatures, and the ledger that proves their number"],
      ["Contact-Email", campaign.contact],
      ["Handover-Tag", handover.tag],
      ["Ledger-Origin", campaign.ledger_origin],
      ["Ledger-Size", String(totals.size)],
      ["Ledger-Root", totals.root],
    ]),
  };
  const digest = await writeBag(file, bag, async (made) => assertSame(handover, there?.digest, made));
  return { file, digest };
}

/**
 * Refuses to make a bag in the place of one whose ledger is another: the tag was moved since. What the recipient has and
 * what the ledger names would be nowhere any more.
 *
 * @throws LetterError `handover`
 */
export async function assertNotMoved(file: string, handover: Handover, record: CampaignRecord): Promise<void> {
  const there = await readThere(file);
  const { size, root } = countRecord(record);
  if (there !== undefined) assertSame(handover, `${there.size} ${there.root}`, `${size} ${root}`);
}

function assertSame({ tag, publicBag }: Handover, there: string | undefined, made: string): void {
  if (there === undefined || there === made) return;
  throw new LetterError(
    "handover",
    `${publicBag}.tar in the folder of --out is another bag than ${tag} gives now: the tag was moved, or another version of this program has made it. Hand that file over if the ledger names it, make a tag of another day for what main is now, or name another folder; nothing was changed`,
  );
}

/** The bag that is there already. One that is damaged may be made again. */
async function readThere(file: string): Promise<{ digest: string; size: string; root: string } | undefined> {
  if (!existsSync(file)) return undefined;
  const bag = await openBag(file).catch(() => undefined);
  await bag?.close();
  if (bag === undefined || bag.problems.length > 0) return undefined;
  return { digest: bag.digest, size: bag.info.get("Ledger-Size") ?? "", root: bag.info.get("Ledger-Root") ?? "" };
}

async function* payload(
  files: ReadonlyMap<string, Uint8Array | string>,
  pages: AsyncIterable<PayloadFile>,
): AsyncGenerator<PayloadFile> {
  yield* pages;
  yield* files;
}

/** The letter with its signatures as PDF, cover and poster, and the pages that check and open all of it without a network. */
async function* pagesForPrint({ keys, ...printed }: PagesOf, say: (line: string) => void): AsyncGenerator<PayloadFile> {
  const setter = await openTypesetter();
  const offline = await readOfflineParts();
  const read = (template: string) => readFile(`content/print/${template}.typ`, "utf8");
  const templates = { letter: await read("letter"), number: await read("number") };
  const shared = new Map([["/text.typ", await read("text")]]);
  for (const lang of languagesOf(printed.campaign)) {
    const request = await readRequest(lang, printed, say);
    for (const { name, template, data } of printPages(lang, { ...printed, request })) {
      const path = `${name}-${lang}.pdf`;
      say(`setting ${path}`);
      yield [path, setter.pdf(templates[template], data, shared)];
    }
    yield [`verify-${lang}.html`, offlinePage(lang, keys.ledger, offline)];
  }
  yield [OPENER, await renderOpener(printed.handover, languagesOf(printed.campaign))];
}

async function readRequest(lang: Lang, printed: Printed, say: (line: string) => void): Promise<string | undefined> {
  const path = `content/${lang}/request.md`;
  const request = requestIn(lang, printed, await readFile(path, "utf8").catch(() => ""));
  if (request === undefined) say(`${path} is no sentence of the letter that was signed: printed without it`);
  return request;
}

async function readmes(handover: Handover, campaign: Campaign, record: CampaignRecord, keys: PublicKeys) {
  const { shown, size, root, listed, withdrawn } = countRecord(record);
  const numbers = { ...shown, size, listed, withdrawn };
  const words = {
    root,
    vkey: keys.ledger,
    origin: campaign.ledger_origin,
    contact: campaign.contact,
  };
  const texts = new Map<string, string>();
  for (const lang of languagesOf(campaign)) {
    const text = await readFile(`content/${lang}/handover.md`, "utf8");
    const counted = Object.entries(numbers).map(([name, value]) => [name, numeral(lang, value)]);
    const values: Record<string, string> = {
      ...Object.fromEntries(counted),
      ...words,
      day: dayInWords(lang, handover.day),
    };
    texts.set(
      `README-${lang}.md`,
      text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole),
    );
  }
  return texts;
}

function languagesOf({ languages }: Campaign): Lang[] {
  return languages.map((lang) => {
    if (isLang(lang)) return lang;
    throw new LetterError("content", `content/strings/${lang}.ts is missing`);
  });
}
