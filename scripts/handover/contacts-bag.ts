import { readFile } from "node:fs/promises";
import { LetterError } from "../letter/bytes/error.ts";
import {
  contactPath,
  countNewcomers,
  type Expected,
  SINCE_CHECKPOINT_PATH,
  SINCE_PATH,
  withdrawnIn,
} from "../letter/handover/contacts-payload.ts";
import type { Handover } from "../letter/handover/handover.ts";
import { writeBag } from "../outside/bag/writer.ts";
import { dayInWords } from "../site/views/dates.ts";
import { numeral } from "../site/views/numerals.ts";
import { isLang, type Lang } from "../site/views/strings.ts";
import type { HandoverPlace } from "./handover-place.ts";
import type { PublicBagFacts } from "./public-bag-facts.ts";

/** The sealed contact records as the form service keeps them. */
export type Vault = {
  /** Yields the sealed records of these ids in their order, and passes over an id that it does not have. */
  sealedRecords(ids: readonly string[]): AsyncIterable<[id: string, sealed: Uint8Array]>;
  /** Returns those of these ids that it has no record of, by whether their signature was withdrawn here. */
  withoutRecord(ids: readonly string[]): Promise<{ withdrawn: string[]; lost: string[] }>;
};

/** What was written. */
export type WrittenContacts = {
  /** SHA-256 of the bag in base64url */
  readonly digest: string;
  readonly records: number;
  readonly withdrawn: number;
  /** signatures whose contact record the vault does not have */
  readonly lost: number;
  /** signatures that were accepted after the tag */
  readonly later: number;
};

/**
 * Writes the contacts bag: the sealed record of every signature that is accepted at the tag and not withdrawn since.
 *
 * @param publicBag the digest of the public bag that it belongs to
 * @throws LetterError `handover` when withdrawals are still on their way, or the vault is that of another campaign
 */
export async function writeContactsBag(
  file: string,
  {
    place,
    facts,
    vault,
    publicBag,
  }: {
    place: Pick<HandoverPlace, "record" | "content">;
    facts: PublicBagFacts;
    vault: Vault;
    publicBag: string;
  },
): Promise<WrittenContacts> {
  const since = sinceTag(place, facts);
  const left = withdrawnIn(since);
  // A restored backup may have the record again, but a signer who has left is not handed over.
  const staying = facts.expected.filter(({ row }) => !left.has(row.index)).map(({ id }) => id);
  const { withdrawn: leaving, lost } = await vault.withoutRecord(staying);
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
    payload: payload(vault, staying, withdrawn > 0 ? { since, checkpoint: place.record.checkpoint! } : undefined),
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
function sinceTag(
  { record }: Pick<HandoverPlace, "record">,
  { entries }: Pick<PublicBagFacts, "entries">,
): readonly string[] {
  if (entries.some((entry, index) => record.entries[index] !== entry))
    throw new LetterError(
      "handover",
      "the ledger of the public bag is not the beginning of main's: it is of another campaign",
    );
  return record.entries.slice(entries.length);
}

async function* payload(
  vault: Vault,
  ids: readonly Expected["id"][],
  proof: { since: readonly string[]; checkpoint: string } | undefined,
): AsyncGenerator<[string, Uint8Array | string]> {
  for await (const [id, sealed] of vault.sealedRecords(ids)) yield [contactPath(id), sealed];
  if (proof === undefined) return;
  yield [SINCE_PATH, proof.since.map((entry) => `${entry}\n`).join("")];
  yield [SINCE_CHECKPOINT_PATH, proof.checkpoint];
}

async function readmes(
  handover: Handover,
  { content }: Pick<HandoverPlace, "content">,
  count: number,
): Promise<Map<string, string>> {
  const values = (lang: Lang): Record<string, string> => ({
    day: dayInWords(lang, handover.day),
    count: numeral(lang, count),
    public_bag: handover.publicBag,
    contacts_bag: handover.contactsBag,
    contact: content.campaign.contact,
  });
  const texts = new Map<string, string>();
  for (const lang of content.campaign.languages.filter(isLang)) {
    const text = await readFile(`content/${lang}/contacts.md`, "utf8");
    texts.set(
      `README-${lang}.md`,
      text.replace(/\{(\w+)\}/g, (whole, name: string) => values(lang)[name] ?? whole),
    );
  }
  return texts;
}
