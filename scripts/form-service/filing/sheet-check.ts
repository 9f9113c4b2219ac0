import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseBase64url } from "../../letter/bytes/base64url.ts";
import { dayOf } from "../../letter/bytes/day.ts";
import { LetterError } from "../../letter/bytes/error.ts";
import { systemClock } from "../../outside/clock.ts";
import { lookAtDatabase } from "../../outside/database/open.ts";
import type { GitHost } from "../../outside/git/host.ts";
import { campaignRepository, openLocalGitHost } from "../../outside/git/local-host.ts";
import { openGitHub } from "../../outside/github/api.ts";
import { openGitHubMain } from "../../outside/github/main-reader.ts";
import type { Finding } from "../../outside/mail-domain-check.ts";
import { readAttestationKey } from "../../outside/seal/keys.ts";
import type { Settings } from "../../outside/settings.ts";
import type { Tables } from "../store/schema.ts";
import { attestedSheets } from "./refiling.ts";
import { findStuck, type SheetFindings } from "./stuck-sheets.ts";

type Reading = Pick<GitHost, "readMain" | "pendingBranches" | "pendingSheets" | "undecidable">;

/** Whether every open sheet can be decided, and the database knows what they and main show; nothing before the first start. */
export async function checkSheets(settings: Pick<Settings, "dataDir" | "database" | "gitHost">): Promise<Finding[]> {
  const { dataDir, database } = settings;
  if (database.kind === "sqlite" && !existsSync(database.path)) return [];
  if (!existsSync(join(dataDir, "keys", "attestation.key"))) return [];
  try {
    const host = await openForReading(settings);
    return host ? tell(await lookAtSheets(host, settings)) : [];
  } catch (cause) {
    // What ails the database is told by its own check.
    if (!(cause instanceof LetterError) || cause.code === "database") return [];
    return [{ what: "the open sheets", mend: `they cannot be compared with the database: ${cause.message}` }];
  }
}

async function openForReading({
  dataDir,
  gitHost,
}: Pick<Settings, "dataDir" | "gitHost">): Promise<Reading | undefined> {
  if (gitHost.kind === "local") {
    const repository = campaignRepository(dataDir);
    if (!existsSync(repository)) return undefined;
    return openLocalGitHost(repository, { folder: ".", day: dayOf(systemClock.now()) });
  }
  const { repository, app, apiUrl, serverUrl } = gitHost;
  const api = openGitHub({ repository, as: app, apiUrl, clock: systemClock });
  return openGitHubMain({ api, mirror: join(dataDir, "mirror.git"), serverUrl });
}

async function lookAtSheets(
  host: Reading,
  { dataDir, database }: Pick<Settings, "dataDir" | "database">,
): Promise<SheetFindings> {
  const publicKey = parseBase64url(await readAttestationKey(dataDir), 32);
  const branches = await host.pendingBranches();
  const sheets = [...attestedSheets(await host.pendingSheets(), { publicKey }).keys()];
  const undecidable = await host.undecidable();
  const main = await host.readMain();
  const store = await lookAtDatabase<Tables>(database);
  return findStuck(store.query, { main, branches, sheets, undecidable }, publicKey).finally(store.close);
}

/** Rows of which nobody has a copy any more stay lost, so they are told and are no fault: it would hide every later one. */
function tell({ stuck, unknown }: SheetFindings): Finding[] {
  const sheets = stuck.map(({ sheet, reason }) => `sheet ${sheet} is stuck: ${reason}`);
  const [what, mend] = ["the open sheets", sheets.join("; ")];
  return [mend === "" ? { what: "every open sheet can be decided" } : { what, mend }, ...tellUnknown(unknown)];
}

function tellUnknown(unknown: number): Finding[] {
  if (unknown === 0) return [];
  return [
    {
      what: "signatures without a row",
      soon: `main and the open sheets show ${unknown} signatures that the database has no row of (npm run seed makes such ones): it is older than they are, and their contact details are not in it. If a younger backup or copy has them, stop the service and restore it (.github/operating.md); without one this line stays: those signatures can be withdrawn by code only, and are not handed over`,
    },
  ];
}
