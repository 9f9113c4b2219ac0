import { outlineOf } from "../../scripts/letter/ledger/outline.ts";
import { stageOf } from "../../scripts/letter/ledger/signing.ts";
import { TILE_WIDTH } from "../../scripts/letter/ledger/tile.ts";
import { publishedFiles } from "../../scripts/letter/published/files.ts";
import { idOf } from "../../scripts/letter/signature/derivation.ts";
import { type ListRow, shardOf } from "../../scripts/letter/signature/list.ts";
import {
  type CampaignRecord,
  countRecord,
  EMPTY_RECORD,
  editionSigned,
} from "../../scripts/letter/signature/record.ts";
import type { Shown } from "../../scripts/letter/signature/shown.ts";
import { editionOf } from "../../scripts/letter/text/edition.ts";
import { readOfflineParts } from "../../scripts/outside/browser/offline-parts.ts";
import type { Settings } from "../../scripts/outside/settings.ts";
import { sitePages } from "../../scripts/site/pages.ts";
import { languagesOf, siteContext } from "../../scripts/site/views/context.ts";
import { shardPage } from "../../scripts/site/views/pages/signatures-page.ts";
import { takenDownPage } from "../../scripts/site/views/pages/taken-down-page.ts";
import { type Content, readContent } from "../../scripts/site/views/read-content.ts";
import {
  approved,
  invent,
  keys,
  nothingSettled,
  type Site,
  service,
  sheetOf,
  signed,
  withdrawalsOf,
} from "../letter/invented.ts";
import { acceptSheet, applyWithdrawals, logEdition } from "../letter/plain.ts";
import { contentOf } from "../support/letters.ts";

const content = await readContent(await contentOf("iran"));

/** The edition of the letter as it is in this repository. */
export const edition = editionOf(content.letterTexts);

const main = (record: CampaignRecord) => ({ record, settled: nothingSettled, attestationKey: service.publicKey });

/**
 * The record of the real letter after some sheets of invented signatures: from each one row was refused, and in the end two
 * were withdrawn. `earlier` is its checkpoint after the first sheet.
 */
export function publishedRecord(sheets: number, rowsEach: number): { record: CampaignRecord; earlier: string } {
  let record = logEdition(EMPTY_RECORD, edition, content.letterTexts).record;
  let earlier: string | undefined;
  for (let number = 0; number < sheets; number++) {
    const rows = Array.from({ length: rowsEach }, (_, i) => invent(number * rowsEach + i, undefined, edition).row);
    record = acceptSheet(main(record), sheetOf(number, rows, edition), approved([[rows[3]!.id, "duplicate"]])).record;
    earlier ??= signed(record).checkpoint;
  }
  const leaving = record.rows.slice(5, 7).map((row) => idOf(Buffer.from(row.opening, "base64url")));
  record = signed(applyWithdrawals(main(record), withdrawalsOf(9, leaving)).record);
  return { record, earlier: earlier! };
}

/** The record before anyone has signed the real letter, or after it has replaced an earlier text. */
export function withLetter(record: CampaignRecord = EMPTY_RECORD): CampaignRecord {
  return signed(logEdition(record, edition, content.letterTexts).record);
}

/** The record after one more sheet of so many invented signatures under a text, all of them accepted. */
export function withSheet(record: CampaignRecord, number: number, rows: number, of = edition): CampaignRecord {
  const invented = Array.from({ length: rows }, (_, i) => invent(number * 10_000 + i, undefined, of).row);
  return signed(acceptSheet(main(record), sheetOf(number, invented, of), approved([])).record);
}

/** The record after these people have left. */
export function withoutRows(record: CampaignRecord, number: number, rows: readonly ListRow[]): CampaignRecord {
  const leaving = rows.map((row) => idOf(Buffer.from(row.opening, "base64url")));
  return signed(applyWithdrawals(main(record), withdrawalsOf(number, leaving)).record);
}

/** The record of the real letter after one sheet of people who sign in these ways; all were accepted. */
export function recordOf(shown: readonly Shown[]): CampaignRecord {
  const rows = shown.map((each, number) => invent(number, each, edition).row);
  const { record } = logEdition(EMPTY_RECORD, edition, content.letterTexts);
  return signed(acceptSheet(main(record), sheetOf(0, rows, edition), approved([])).record);
}

/** The day on which the list of a record was taken down. */
export const PURGED_ON = "2027-01-20";

/** Every file of the site of a record, made as the build makes it. */
export async function publishedSite(
  record: CampaignRecord,
  origin = "https://letter.example.org",
  mail: Settings["mail"] = { kind: "smtp", url: "smtp://localhost" },
  from: Content = content,
): Promise<Site> {
  const rows = record.rows.map((row) => ({ ...row, edition: editionSigned(record.entries, row) }));
  const context = siteContext({
    content: from,
    settings: { siteUrl: origin, serviceUrl: origin, mail },
    keys,
    at: "site",
    totals: countRecord(record),
    newest: rows.slice(-250).toReversed(),
    stage: stageOf(record.entries),
    takenDown: record.takenDown ? { day: PURGED_ON } : undefined,
  });
  const offline = await readOfflineParts();
  const site: Site = new Map();
  for (const [path, file] of publishedFiles(record, keys)) site.set(path, Buffer.from(file));
  for (const { path, render } of sitePages(context, { outline: outlineOf(record.entries), days: [] }, offline))
    site.set(path.replace(/^\//, "").replace(/(^|\/)$/, "$1index.html"), Buffer.from(render()));
  const shards = Math.ceil(record.entries.length / TILE_WIDTH);
  for (const lang of languagesOf(context)) {
    for (let number = 1; number <= shards; number++) {
      const path = `signatures/${number}/`;
      const those = rows.filter(({ index }) => shardOf(index) === number - 1);
      const page = record.takenDown
        ? takenDownPage(context, lang, path)
        : shardPage(context, lang, { number, shards, rows: those });
      site.set(`${lang}/${path}index.html`, Buffer.from(page));
    }
  }
  return site;
}
