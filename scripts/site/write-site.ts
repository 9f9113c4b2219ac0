import { readFile } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { z } from "zod";
import { LetterError } from "../letter/bytes/error.ts";
import { dayOfEntry, type LedgerDay, parseLedgerDays } from "../letter/ledger/day.ts";
import { isOfKind } from "../letter/ledger/entry.ts";
import { type LedgerOutline, linesOf } from "../letter/ledger/outline.ts";
import { stageOf } from "../letter/ledger/signing.ts";
import type { PublicKeys, PublishedHead } from "../letter/published/files.ts";
import { loggedEdition, totalsOf } from "../letter/signature/record.ts";
import { editionOf } from "../letter/text/edition.ts";
import { UNNAMED_ONION } from "../letter/text/onion.ts";
import { assertOwnOrigin, assertReady } from "../letter/text/readiness.ts";
import { readOfflineParts } from "../outside/browser/offline-parts.ts";
import { readSettings } from "../outside/settings.ts";
import { withSettingsFile } from "../outside/settings-file.ts";
import { surveyLedger } from "./list/ledger-survey.ts";
import { programDigest } from "./list/program-digest.ts";
import { hasList, readCheckpoint, readEditions } from "./list/record-folder.ts";
import { openSiteFolder } from "./list/site-folder.ts";
import { newestRows, writeList, writeTakenDownPages } from "./list/write-list.ts";
import { type SitePage, sitePages } from "./pages.ts";
import { languagesOf, onOneOrigin, type SiteContext, siteContext, type TakenDown } from "./views/context.ts";
import { type Content, readContent } from "./views/read-content.ts";

/** A site whose list is written, and everything that the rest of it is written from. */
export type Site = {
  readonly context: SiteContext;
  readonly pages: readonly SitePage[];
  readonly head: PublishedHead;
  readonly keys: PublicKeys;
  /** when the ledger grew; empty when it is not known */
  readonly days: readonly LedgerDay[];
  /** the context of what leaves the site on paper or as a picture */
  readonly drawn: SiteContext;
};

/**
 * Reads the site from content, record and settings, and writes what there is for each shard: tiles, list and numbered
 * pages. Besides the settings, the environment has `SIGNATURES_DIR`, the folder of the record, `SITE_DIR`, the folder of
 * the site, `EARLIER_SITE_DIR`, an earlier build in another folder, `PUBLIC_KEYS`, a JSON file with the keys of a
 * campaign whose `campaign.yaml` does not name them, `LEDGER_DAYS`, and `ONION_ORIGIN`, with which the site is built as
 * it is shown at that onion address.
 *
 * @throws LetterError when the letter is not the last edition on the ledger; then nothing is written
 */
export async function writeSite(environment: Readonly<Record<string, string | undefined>>): Promise<Site> {
  const settings = readSettings(withSettingsFile(environment));
  const content = await readContent("content");
  assertReady(content.campaign, settings);
  const signatures = recordFolder(environment.SIGNATURES_DIR ?? "signatures");
  const output = environment.SITE_DIR ?? "_site";
  const folder = openSiteFolder(output, await programDigest("content"), environment.EARLIER_SITE_DIR || output);
  const survey = surveyLedger(signatures, folder);
  const { outline } = survey;
  const lines = linesOf(outline);
  assertOwnOrigin(content.campaign, settings, lines);
  assertLogged(content, lines);
  const keys = await readKeys(environment.PUBLIC_KEYS, content, lines);
  const days = parseLedgerDays(environment.LEDGER_DAYS ?? "");
  const takenDown = outline.size > outline.others.length && !hasList(signatures);
  const { ONION_ORIGIN } = environment;
  const contextWith = (more: Pick<SiteContext, "totals" | "newest" | "earlier">) => {
    const elsewhere = {
      ...siteContext({ content, settings, keys, at: "site", stage: stageOf(lines) }),
      takenDown: takenDown ? takenDownOn(outline, days) : undefined,
      ...more,
    };
    return { elsewhere, context: ONION_ORIGIN ? onOneOrigin(elsewhere, ONION_ORIGIN) : elsewhere };
  };
  const source = { signatures, survey, folder, takenDown };
  const { root, shown, byEdition } = writeList(source, contextWith({}).context);
  const totals = totalsOf(outline, { shown, root, takenDown });
  const earlier = totals.listed - (byEdition.get(loggedEdition(lines) ?? "") ?? 0);
  const { elsewhere, context } = contextWith({ totals, newest: newestRows(source), earlier });
  if (takenDown) writeTakenDownPages(source, context);
  const signed = languagesOf(context).map((lang) => `${lang}/signatures`);
  const newestPages = [...signed, "list"].map((path) => `${path}/index.html`);
  folder.finish(["ledger/tile", "list", ...signed], newestPages);
  // A picture cannot be changed when it is asked for.
  const drawn = ONION_ORIGIN === UNNAMED_ONION ? elsewhere : context;
  const pages = sitePages(context, { outline, days }, await readOfflineParts());
  const head = { checkpoint: readCheckpoint(signatures), editions: readEditions(signatures), ledger: outline, totals };
  return { context, pages: Object.freeze(pages), head, keys, days, drawn };
}

/** The list goes with the last purge. */
function takenDownOn({ others }: LedgerOutline, days: readonly LedgerDay[]): TakenDown {
  const purge = others.findLast(({ line }) => isOfKind("purge", line));
  return { day: purge && dayOfEntry(purge.index, days) };
}

// A folder that is not named so may be any other.
function recordFolder(folder: string): string {
  const path = resolve(folder);
  if (basename(path) === "signatures") return path;
  throw new LetterError("settings", "SIGNATURES_DIR: write the path of a folder named signatures");
}

// Signatures belong to a text: a changed letter must be on the ledger before anyone is asked to sign it.
function assertLogged(content: Content, lines: readonly string[]): void {
  const logged = loggedEdition(lines);
  if (logged === undefined || logged === editionOf(content.letterTexts)) return;
  throw new LetterError(
    "edition",
    "the letter in content/ is not the edition on the ledger: take the change back, or run npm run edition to put the new text on the ledger",
  );
}

const publicKeys = z.strictObject({ ledger: z.string(), attestation: z.string(), recipients: z.array(z.string()) });

async function readKeys(
  file: string | undefined,
  { campaign }: Content,
  lines: readonly string[],
): Promise<PublicKeys> {
  if (file) return publicKeys.parse(JSON.parse(await readFile(file, "utf8")));
  if (lines.length > 0 && (!campaign.ledger_vkey || !campaign.attestation_key)) {
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
