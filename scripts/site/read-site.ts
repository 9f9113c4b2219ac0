import { readFile } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { z } from "zod";
import { LetterError } from "../letter/bytes/error.ts";
import { dayOfEntry, type LedgerDay, parseLedgerDays } from "../letter/ledger/day.ts";
import { isOfKind } from "../letter/ledger/entry.ts";
import { stageOf } from "../letter/ledger/signing.ts";
import type { PublicKeys } from "../letter/published/files.ts";
import { type CampaignRecord, countRecord, editionSigned, loggedEdition } from "../letter/signature/record.ts";
import { editionOf } from "../letter/text/edition.ts";
import { UNNAMED_ONION } from "../letter/text/onion.ts";
import { assertOwnOrigin, assertReady } from "../letter/text/readiness.ts";
import { readRecordIn } from "../outside/git/record-at.ts";
import { readOfflineParts } from "../outside/offline-parts.ts";
import { readSettings } from "../outside/settings.ts";
import { withSettingsFile } from "../outside/settings-file.ts";
import { type SitePage, sitePages } from "./pages.ts";
import { onOneOrigin, type SiteContext, siteContext, type TakenDown } from "./views/context.ts";
import { NEWEST_ROWS } from "./views/pages/signatures-page.ts";
import { type Content, readContent } from "./views/read-content.ts";

/** Everything that a build needs to write the site. */
export type Site = {
  readonly context: SiteContext;
  readonly pages: readonly SitePage[];
  readonly record: CampaignRecord;
  readonly keys: PublicKeys;
  /** when the ledger grew; empty when it is not known */
  readonly days: readonly LedgerDay[];
  /** the context of what leaves the site on paper or as a picture */
  readonly drawn: SiteContext;
};

/**
 * Reads the site from content, record and settings. Besides the settings, the environment has `SIGNATURES_DIR`, the
 * folder of the record, `PUBLIC_KEYS`, a JSON file with the keys of a campaign whose `campaign.yaml` does not name
 * them, `LEDGER_DAYS`, and `ONION_ORIGIN`, with which the site is built as it is shown at that onion address.
 *
 * @throws LetterError when the letter is not the last edition on the ledger
 */
export async function readSite(environment: Readonly<Record<string, string | undefined>>): Promise<Site> {
  const settings = readSettings(withSettingsFile(environment));
  const content = await readContent("content");
  assertReady(content.campaign, settings);
  const record = await readRecordIn(parentOf(environment.SIGNATURES_DIR ?? "signatures"));
  assertOwnOrigin(content.campaign, settings, record.entries);
  assertLogged(content, record);
  const keys = await readKeys(environment.PUBLIC_KEYS, content, record);
  const rows = record.rows.map((row) => ({ ...row, edition: editionSigned(record.entries, row) }));
  const newest = rows.slice(-NEWEST_ROWS).toReversed();
  const current = loggedEdition(record.entries);
  const earlier = rows.filter(({ edition }) => edition !== current).length;
  const days = parseLedgerDays(environment.LEDGER_DAYS ?? "");
  const elsewhere = siteContext({
    content,
    settings,
    keys,
    at: "site",
    totals: countRecord(record),
    newest,
    stage: stageOf(record.entries),
    takenDown: record.takenDown ? takenDownOn(record, days) : undefined,
    earlier,
  });
  const { ONION_ORIGIN } = environment;
  const context = ONION_ORIGIN ? onOneOrigin(elsewhere, ONION_ORIGIN) : elsewhere;
  // A picture cannot be changed when it is asked for.
  const drawn = ONION_ORIGIN === UNNAMED_ONION ? elsewhere : context;
  const pages = sitePages(context, { entries: record.entries, rows, days }, await readOfflineParts());
  return { context, pages: Object.freeze(pages), record, keys, days, drawn };
}

/** The list goes with the last purge. */
function takenDownOn({ entries }: CampaignRecord, days: readonly LedgerDay[]): TakenDown {
  return {
    day: dayOfEntry(
      entries.findLastIndex((line) => isOfKind("purge", line)),
      days,
    ),
  };
}

// The record is read from a tree like the repository's, where it is in signatures/.
function parentOf(folder: string): string {
  const path = resolve(folder);
  if (basename(path) === "signatures") return dirname(path);
  throw new LetterError("settings", "SIGNATURES_DIR: write the path of a folder named signatures");
}

// Signatures belong to a text: a changed letter must be on the ledger before anyone is asked to sign it.
function assertLogged(content: Content, record: CampaignRecord): void {
  const logged = loggedEdition(record.entries);
  if (logged === undefined || logged === editionOf(content.letterTexts)) return;
  throw new LetterError(
    "edition",
    "the letter in content/ is not the edition on the ledger: take the change back, or run npm run edition to put the new text on the ledger",
  );
}

const publicKeys = z.strictObject({ ledger: z.string(), attestation: z.string(), recipients: z.array(z.string()) });

async function readKeys(file: string | undefined, { campaign }: Content, record: CampaignRecord): Promise<PublicKeys> {
  if (file) return publicKeys.parse(JSON.parse(await readFile(file, "utf8")));
  if (record.entries.length > 0 && (!campaign.ledger_vkey || !campaign.attestation_key)) {
    throw new LetterError(
      "keys",
      "content/campaign.yaml names no ledger_vkey and attestation_key: set them, or PUBLIC_KEYS",
    );
  }
  return {
    ledger: campaign.ledger_vkey ?? "",
    attestation: campaign.attestation_key ?? "",
    recipients: campaign.recipient.age,
  };
}
