import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { dayOf } from "../letter/bytes/day.ts";
import { LetterError } from "../letter/bytes/error.ts";
import { parseCampaign } from "../letter/text/campaign.ts";
import { doubtOf, formatDoubt, systemClock } from "../outside/clock.ts";
import type { DatabasePlace } from "../outside/database/database.ts";
import { readSeenLedger, type SeenLedger } from "../outside/database/seen-ledger.ts";
import { campaignRepository, type LocalGitHost, openLocalGitHost } from "../outside/git/local-host.ts";
import { finishReplacement } from "../outside/git/replaced-repository.ts";
import { readKnownDays } from "../outside/known-days.ts";
import { type Keys, openKeys } from "../outside/seal/keys.ts";
import type { Settings } from "../outside/settings.ts";
import { currentSettings, withSettingsFile } from "../outside/settings-file.ts";
import { assertGoesOn, readLiveCheckpoint, sizesOf, TAKE_OVER } from "./live-checkpoint.ts";
import { type LocalSite, openLocalSite } from "./local-site.ts";
import type { Acceptor } from "./merge.ts";
import { readMainOnce } from "./record/kept-main.ts";
import { rootsOfKept } from "./record/kept-record.ts";

/** A campaign in this machine's data folder, for the commands. */
export type LocalCampaign = {
  readonly dataDir: string;
  readonly host: LocalGitHost;
  readonly keys: Keys;
  readonly site: LocalSite;
  /** UTC day */
  readonly day: string;
  readonly acceptor: Acceptor;
};

/**
 * Opens the campaign of `DATA_DIR`.
 *
 * @param missing what to do when there is no campaign: create it, or throw
 */
export async function openLocalCampaign(missing: "make" | "refuse"): Promise<LocalCampaign> {
  const settings = readLocalSettings();
  const { dataDir, database } = settings;
  const repository = campaignRepository(dataDir);
  await finishReplacement(repository);
  if (missing === "refuse" && !existsSync(repository)) {
    throw new LetterError("data-folder", "no campaign in this data folder yet: run npm start, or set DATA_DIR");
  }
  if (!existsSync(repository) && existsSync(join(dataDir, "site"))) {
    // A ledger that starts from scratch under the same name would contradict every checkpoint that readers have kept.
    throw new LetterError(
      "data-folder",
      "campaign.git is missing in a data folder that has published a ledger: restore it from your copy, or name another DATA_DIR",
    );
  }
  const folder = join(dataDir, "site");
  const seen = await lookForSeen(database, existsSync(folder));
  if (!existsSync(repository) && seen !== undefined && seen.size > 0) {
    throw new LetterError(
      "data-folder",
      `campaign.git is missing, and the form service's database knows a ledger of ${seen.size} entries: put back a copy of it, and npm run restore -- --by-database --site URL|DIR takes over what was published since; or name another DATA_DIR and DATABASE_URL`,
    );
  }
  const campaign = parseCampaign(await readFile("content/campaign.yaml", "utf8"));
  const keys = await openKeys(dataDir, campaign);
  if (seen !== undefined && seen.attestation !== keys.publicKeys.attestation) {
    throw new LetterError(
      "database",
      "the database belongs to another campaign than the keys in the data folder: set DATABASE_URL and DATA_DIR as the form service has them",
    );
  }
  const day = dayOf(systemClock.now());
  const host = await openLocalGitHost(repository, { folder: ".", day });
  const site = openLocalSite(dataDir, keys.publicKeys);
  const live = async () => (existsSync(site.folder) ? readLiveCheckpoint(site.folder) : undefined);
  const { verifier } = keys.ledger;
  const known = { seen, live: await live() };
  const { record } = await readMainOnce(host);
  assertGoesOn(await rootsOfKept(record, sizesOf(known, verifier)), known, verifier, TAKE_OVER);
  const days = await readKnownDays(settings);
  const doubt = doubtOf(day, days);
  const acceptor = {
    ...{ host, signer: keys.ledger, attestationKey: keys.attestation.publicKey, day, live },
    overruled: days.overruled,
    doubt: doubt && formatDoubt(doubt, day, days),
  };
  return { dataDir, host, keys, site, day, acceptor };
}

/**
 * Reads what the form service's database knows of the ledger. Beside a published site the site tells enough: moderating
 * needs no database, and goes on while it is away.
 */
async function lookForSeen(database: DatabasePlace, hasSite: boolean): Promise<SeenLedger | undefined> {
  try {
    return await readSeenLedger(database);
  } catch (cause) {
    if (hasSite) return undefined;
    throw new LetterError(
      "database",
      "the database cannot be read, and nothing else tells what was published last: npm run doctor says what is wrong with it",
      { cause },
    );
  }
}

/** Reads the settings of a campaign on this machine. @throws LetterError `git-host` when its sheets are on GitHub */
export function readLocalSettings(): Settings {
  // Check this before reading the other settings: a reviewer does not have the App's key, which they require.
  if (withSettingsFile(process.env).GIT_HOST?.startsWith("github:")) {
    throw new LetterError(
      "git-host",
      "sheets are reviewed and the letter is changed by pull requests on GitHub (GIT_HOST), not here: see .github/organising.md and .github/moderating.md",
    );
  }
  return currentSettings();
}
