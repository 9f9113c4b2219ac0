import { formatBase64url } from "../../../scripts/letter/bytes/base64url.ts";
import type { Notice } from "../../../scripts/letter/handover/notice.ts";
import { formatEntry } from "../../../scripts/letter/ledger/entry.ts";
import { publishedFiles } from "../../../scripts/letter/published/files.ts";
import { type CampaignRecord, loggedEdition } from "../../../scripts/letter/signature/record.ts";
import { approved, invent, keys, nothingSettled, type Site, service, sheetOf, signed } from "../../letter/invented.ts";
import { acceptSheet } from "../../letter/plain.ts";
import { fixedRandomness } from "../fixtures.ts";

/** The digest of a contacts bag; the same for the same number. */
export function bagDigest(number: number): string {
  return formatBase64url(fixedRandomness(`contacts bag ${number}`)(32));
}

/** The entry of a handover of this contacts bag. */
export function handoverEntry(number: number): string {
  const publicBag = formatBase64url(fixedRandomness(`public bag ${number}`)(32));
  return formatEntry({ kind: "handover", publicBag, contactsBag: bagDigest(number) });
}

/** The entry of the purge after it. */
export function purgeEntry(number: number): string {
  return formatEntry({ kind: "purge", contactsBag: bagDigest(number) });
}

/** The notice that puts that entry on the ledger. */
export function purgeNotice(number: number): Notice {
  return { kind: "purge", tag: "handover/2027-01-15", contactsBag: bagDigest(number) };
}

/** The record after a handover and, with `after_purge: names`, a purge: everybody is still on the list. */
export function purgedRecord(record: CampaignRecord): CampaignRecord {
  return signed({ ...record, entries: [...record.entries, handoverEntry(1), purgeEntry(1)] });
}

/** The record after a handover and a purge with which the list was taken down (`after_purge: counts`). */
export function takenDownRecord(record: CampaignRecord): CampaignRecord {
  return withoutList(purgedRecord(record));
}

/** The record without its list, no matter what its ledger says. */
export function withoutList(record: CampaignRecord): CampaignRecord {
  return { ...record, rows: [], takenDown: true };
}

/** The site with the files for programs of another record; its pages stay as they are. */
export function withFilesOf(record: CampaignRecord, site: Site): Site {
  const changed: Site = new Map(
    [...site].filter(([path]) => !/^(ledger|list|letter)\/|^(count|keys)\.json$/.test(path)),
  );
  for (const [path, content] of publishedFiles(record, keys)) changed.set(path, Buffer.from(content));
  return changed;
}

/** A site whose owner took the list down and lies, or did it too early: what is wrong, and what checks say of it. */
export type Liar = {
  readonly what: string;
  /** makes the site of the lie out of a record with its whole list, and out of the honest site that took it down */
  readonly lie: (record: CampaignRecord, honest: Site) => Site;
  /** what `npm run verify` says */
  readonly reason: RegExp;
  /** the place that the page in the browser names */
  readonly place: string;
};

/** Lies that change nothing on the pages: only the ledger and the files beside it are others. */
export const LIARS: readonly Liar[] = [
  ledgerLiar("nothing was handed over", () => [], /but the ledger has no purge$/),
  ledgerLiar("there was no purge", () => [handoverEntry(1)], /but the ledger has no purge$/),
  ledgerLiar(
    "the purge is of an earlier handover",
    () => [handoverEntry(1), handoverEntry(2), purgeEntry(1)],
    /but the purge does not name the contacts bag of the last handover$/,
  ),
  ledgerLiar(
    "somebody was handed over again after the purge",
    () => [handoverEntry(1), purgeEntry(1), handoverEntry(2)],
    /“handover” comes after it, and only withdrawals may$/,
  ),
  ledgerLiar(
    "the letter was changed after the purge",
    ({ entries }) => [handoverEntry(1), purgeEntry(1), entries[0]!],
    /“letter” comes after it/,
  ),
  ledgerLiar(
    "a batch was refused after the purge",
    () => [handoverEntry(1), purgeEntry(1), "undersigned/v1 batch 1 1 0"],
    /“batch” comes after it/,
  ),
  {
    what: "one file of the list is still there",
    lie: (record, honest) => {
      const files = publishedFiles(record, keys);
      const [path, content] = [...files].findLast(([name]) => name.startsWith("list/"))!;
      return new Map(honest).set(path, Buffer.from(content));
    },
    reason: /^list\/\d{3}\.md is there, but count\.json says that the whole list was taken down$/,
    place: "list/",
  },
  {
    what: "the whole list is still there",
    lie: (record, honest) => {
      const count = honest.get("count.json")!;
      return withFilesOf(purgedRecord(record), honest).set("count.json", count);
    },
    reason: /^list\/000\.md is there/,
    place: "list/000.md",
  },
  {
    what: "the list is gone without a word",
    lie: (record, honest) => {
      const files = new Map(publishedFiles(purgedRecord(record), keys));
      return new Map(honest).set("count.json", Buffer.from(files.get("count.json")!));
    },
    reason: /^list\/000\.md: the row of the accepted entry \d+ is missing, and it was never withdrawn$/,
    place: "list/000.md",
  },
  countLiar(
    "it says how the rows were shown",
    { shown: { name: 0, initials: 0, hidden: 0, counted: 0 } },
    /how rows are/,
  ),
  countLiar("it says that there is something on the list", { listed: 3 }, /^count\.json: listed says 3/),
  countLiar("it says otherwise how many were accepted", { accepted: 3 }, /^count\.json: accepted says 3/),
  countLiar("it does not say plainly that the list is gone", { taken_down: "yes" }, /^count\.json: /),
];

/** Ledgers on which people were accepted too late to be handed over; the pages have other numbers. */
export const LATE: readonly { what: string; late: (record: CampaignRecord) => CampaignRecord; reason: RegExp }[] = [
  {
    what: "somebody was accepted between the handover and the purge",
    late: (record) => append(acceptOne(append(record, [handoverEntry(1)])), [purgeEntry(1)]),
    reason: /but signatures were accepted between the last handover and its purge$/,
  },
  {
    what: "somebody was accepted after the purge",
    late: (record) => acceptOne(append(record, [handoverEntry(1), purgeEntry(1)])),
    reason: /“batch” comes after it/,
  },
];

function ledgerLiar(what: string, more: (record: CampaignRecord) => readonly string[], reason: RegExp): Liar {
  return {
    what,
    lie: (record, honest) => withFilesOf(withoutList(append(record, more(record))), honest),
    reason,
    place: "count.json (taken_down)",
  };
}

function countLiar(what: string, fields: Readonly<Record<string, unknown>>, reason: RegExp): Liar {
  return {
    what,
    lie: (_record, honest) => {
      const count = JSON.parse(Buffer.from(honest.get("count.json")!).toString());
      return new Map(honest).set("count.json", Buffer.from(JSON.stringify({ ...count, ...fields })));
    },
    reason,
    place: "count.json",
  };
}

/** The record with these entries at its end. */
export function append(record: CampaignRecord, more: readonly string[]): CampaignRecord {
  return signed({ ...record, entries: [...record.entries, ...more] });
}

/** The record after one more sheet with one person. */
export function acceptOne(record: CampaignRecord): CampaignRecord {
  const edition = loggedEdition(record.entries)!;
  const main = { record, settled: nothingSettled, attestationKey: service.publicKey };
  const sheet = sheetOf(77, [invent(7777, "name", edition).row], edition);
  return signed(acceptSheet(main, sheet, approved()).record);
}
