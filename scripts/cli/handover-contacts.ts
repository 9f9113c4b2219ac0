import { existsSync } from "node:fs";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { acceptAll } from "../accept/acceptance.ts";
import type { LocalCampaign } from "../accept/local-campaign.ts";
import { sealedRecords, withoutRecord } from "../form-service/store/handed-over.ts";
import { openStore, type Store } from "../form-service/store/schema.ts";
import { type HandoverPlace, openHandoverPlace } from "../handover/handover-place.ts";
import { readTagged, writePublicBag } from "../handover/public-bag.ts";
import { type PublicBagFacts, readPublicBag } from "../handover/public-bag-facts.ts";
import { LetterError } from "../letter/bytes/error.ts";
import {
  contactPath,
  countNewcomers,
  type Expected,
  SINCE_CHECKPOINT_PATH,
  SINCE_PATH,
  withdrawnIn,
} from "../letter/handover/contacts-bag.ts";
import { type Handover, parseHandover } from "../letter/handover/handover.ts";
import { formatNotice, type Notice, noticePath } from "../letter/handover/notice.ts";
import { entriesOf } from "../letter/ledger/entry.ts";
import { openBag } from "../outside/bag/reader.ts";
import { writeBag } from "../outside/bag/writer.ts";
import { readText } from "../outside/git/object.ts";
import { runCommand, usageError } from "./command.ts";

const HELP = `
usage: npm run handover:contacts -- --tag handover/DATE --out DIR [--json]

Writes DIR/contacts-DATE.tar on the form service's host: the sealed contact record of every signature that is accepted and
not withdrawn at the tag, as it lies in the vault. Nothing is opened, and nothing leaves this machine: take the file to the
recipient yourself, never through GitHub.

  --tag handover/DATE  the tag of the handover
  --out DIR            where the public bag handover-DATE.tar lies. A campaign on this machine makes it when it is not
                       there; with GitHub, download it from the release first.

Prepares the notice for the ledger, DIR/handover-DATE.md, with the digests of both bags. On this machine it goes to main and
the ledger at once; with GitHub, put it into signatures/notices/ by a pull request. All steps: .github/handing-over.md`;

const OPTIONS = { tag: { type: "string" }, out: { type: "string" }, json: { type: "boolean" } } as const;

await runCommand(HELP, OPTIONS, async ({ values, positionals }) => {
  const { out } = values;
  if (positionals.length > 0 || out === undefined) throw usageError("name a folder with --out", HELP);
  const handover = parseHandover(values.tag);
  const place = await openHandoverPlace();
  const bag = await openBag(await publicBag(handover, place, out));
  const store = await openStore(place.settings.database);
  try {
    const facts = await readPublicBag(bag, place.keys.ledger);
    if (facts.handover.tag !== handover.tag)
      throw new LetterError("handover", "the public bag in DIR is of another tag");
    const file = join(out, `${handover.contactsBag}.tar`);
    // Nobody can make a bag again that was made before somebody withdrew: what the ledger names is never written over.
    const draft = `${file}.new`;
    const written = await writeContacts(draft, { place, facts, store, publicBag: bag.digest });
    const notice: Handed = { kind: "handover", tag: handover.tag, publicBag: bag.digest, contactsBag: written.digest };
    if (await isAnotherNamed(place, notice)) {
      await rm(draft);
      throw new LetterError(
        "handover",
        `the ledger names another contacts bag for ${notice.tag}, made before somebody withdrew: give the recipient that one, or hand over anew under the tag of another day; nothing in DIR was changed`,
      );
    }
    await rename(draft, file);
    const noticeFile = join(out, `handover-${handover.day}.md`);
    await writeFile(noticeFile, formatNotice(notice));
    const logged = place.local !== undefined && (await logHandover(place.local, notice));
    const result = { file, ...written, notice: noticeFile, logged };
    console.log(values.json ? JSON.stringify(result) : inWords(result, notice));
    if (written.later > 0)
      console.error(
        `warning: ${written.later} signatures were accepted after the tag and are in neither bag: hand over anew under the tag of a later day before npm run purge, which is refused until then`,
      );
    if (written.lost > 0)
      console.error(
        `warning: of ${written.lost} signatures this database has no contact record: the recipient's report will name them`,
      );
  } finally {
    await store.close();
    await bag.close();
  }
});

/** The public bag in this folder; a campaign on this machine can make it. */
async function publicBag(handover: Handover, { keys, local }: HandoverPlace, out: string): Promise<string> {
  const file = join(out, `${handover.publicBag}.tar`);
  if (existsSync(file)) return file;
  if (!local)
    throw new LetterError(
      "handover",
      `${handover.publicBag}.tar is not in the folder of --out: download it from the release`,
    );
  const tagged = await readTagged(local.host.repository, handover);
  await writePublicBag(handover, tagged, keys, out, () => {});
  return file;
}

type Handed = Extract<Notice, { kind: "handover" }>;

type Written = {
  readonly digest: string;
  readonly records: number;
  readonly withdrawn: number;
  readonly lost: number;
  /** signatures that were accepted after the tag */
  readonly later: number;
};

type Sources = { place: HandoverPlace; facts: PublicBagFacts; store: Store; publicBag: string };

async function writeContacts(file: string, { place, facts, store, publicBag }: Sources): Promise<Written> {
  const since = sinceTag(place, facts);
  const left = withdrawnIn(since);
  // Also where a restored backup has the record back: whoever left is not handed over.
  const staying = facts.expected.filter(({ row }) => !left.has(row.index)).map(({ id }) => id);
  const { withdrawn: leaving, lost } = await withoutRecord(store, staying);
  if (leaving.length > 0) {
    throw new LetterError(
      "handover",
      `${leaving.length} withdrawals are on their way to the ledger: run this again when they have been accepted`,
    );
  }
  const records = staying.length - lost.length;
  if (records === 0) {
    throw new LetterError(
      "handover",
      "this database has the contact record of none of these signatures: is it the one of the form service (DATA_DIR, DATABASE_URL)?",
    );
  }
  const withdrawn = facts.expected.length - staying.length;
  const { handover, verified } = facts;
  const digest = await writeBag(file, {
    name: handover.contactsBag,
    day: handover.day,
    tagFiles: await readmes(handover, place, records),
    payload: payload(store, staying, withdrawn > 0 ? { since, checkpoint: place.record.checkpoint! } : undefined),
    info: new Map([
      ["External-Description", "Sealed contact records of the signatories, for the recipient's custodians alone"],
      ["Contact-Email", place.content.campaign.contact],
      ["Handover-Tag", handover.tag],
      ["Ledger-Origin", verified.checkpoint.origin],
      ["Ledger-Size", String(verified.size)],
      ["Ledger-Root", verified.root],
      ["Public-Bag-Digest", publicBag],
      ["Contact-Records", String(records)],
    ]),
  });
  const later = countNewcomers(place.record.entries, facts.entries.length);
  return { digest, records, withdrawn, lost: lost.length, later };
}

/** The entries that came to the ledger since the tag. */
function sinceTag({ record }: HandoverPlace, { entries }: PublicBagFacts): readonly string[] {
  if (entries.some((entry, index) => record.entries[index] !== entry))
    throw new LetterError(
      "handover",
      "the ledger of the public bag is not the beginning of main's: it is of another campaign",
    );
  return record.entries.slice(entries.length);
}

async function* payload(
  store: Store,
  ids: readonly Expected["id"][],
  proof: { since: readonly string[]; checkpoint: string } | undefined,
): AsyncGenerator<[string, Uint8Array | string]> {
  for await (const [id, sealed] of sealedRecords(store, ids)) yield [contactPath(id), sealed];
  if (proof === undefined) return;
  yield [SINCE_PATH, proof.since.map((entry) => `${entry}\n`).join("")];
  yield [SINCE_CHECKPOINT_PATH, proof.checkpoint];
}

async function readmes(handover: Handover, { content }: HandoverPlace, count: number): Promise<Map<string, string>> {
  const values: Record<string, string> = {
    day: handover.day,
    count: String(count),
    public_bag: handover.publicBag,
    contacts_bag: handover.contactsBag,
    contact: content.campaign.contact,
  };
  const texts = new Map<string, string>();
  for (const lang of content.campaign.languages) {
    const text = await readFile(`content/${lang}/contacts.md`, "utf8");
    texts.set(
      `README-${lang}.md`,
      text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole),
    );
  }
  return texts;
}

/** Whether main's ledger, or its notice of this handover, names other bags than this notice does. */
async function isAnotherNamed({ record, local }: HandoverPlace, notice: Handed): Promise<boolean> {
  const { publicBag, contactsBag } = notice;
  const named = entriesOf("handover", record.entries);
  if (named.some((one) => one.publicBag === publicBag && one.contactsBag !== contactsBag)) return true;
  if (local === undefined) return false;
  const there = await readText(local.host.repository, await local.host.head(), noticePath(notice));
  return there !== undefined && there !== formatNotice(notice);
}

/** On one machine whoever runs the command is the reviewer: the notice goes to main, and its entry to the ledger. */
async function logHandover({ host, acceptor, day }: LocalCampaign, notice: Notice): Promise<boolean> {
  const text = new Map([[noticePath(notice), formatNotice(notice)]]);
  await host.commitText(text, day, "say what was handed over");
  await acceptAll(acceptor);
  return true;
}

function inWords(
  { file, notice, logged, records, withdrawn, digest }: Written & { file: string; notice: string; logged: boolean },
  named: Notice,
): string {
  return [
    file,
    `${records} sealed records${withdrawn > 0 ? `; ${withdrawn} people withdrew since the tag and are left out` : ""}`,
    `sha256 ${Buffer.from(digest, "base64url").toString("hex")}`,
    `digest ${digest}`,
    logged
      ? `the ledger names both bags now (${noticePath(named)})`
      : `for review: ${notice} belongs into ${noticePath(named)}`,
  ].join("\n");
}
