import { existsSync } from "node:fs";
import { join } from "node:path";
import { LetterError } from "../../letter/bytes/error.ts";
import { forgetBackup, noteBackup, readBackupList } from "../../outside/backup-list.ts";
import { systemClock } from "../../outside/clock.ts";
import { readBundle } from "../../outside/git/bundle.ts";
import { fetchRefs, makeMirror } from "../../outside/git/fetch.ts";
import { readHistory } from "../../outside/git/history.ts";
import { campaignRepository } from "../../outside/git/local-host.ts";
import { HANDOVERS, listRefs, MAIN, mirrored, PENDING } from "../../outside/git/ref.ts";
import { readHead } from "../../outside/git/repository.ts";
import { openGitHub, telling } from "../../outside/github/api.ts";
import { deleteOldCopies, pushCopy } from "../../outside/mirror/second-host.ts";
import type { SecondPlace } from "../../outside/mirror/second-place.ts";
import { writeSealedFile } from "../../outside/seal/backup-file.ts";
import type { Settings } from "../../outside/settings.ts";
import { withCampaignStore } from "./campaign-database.ts";
import { carryLeft } from "./left-list.ts";
import { deleteOldBackups, formatStuck } from "./old-backups.ts";

/** What is to be copied where. */
export type MirrorOrder = {
  readonly place: SecondPlace;
  /** `age1pq1…` */
  readonly to: string;
  /** the days after which older copies there are deleted; undefined: none is */
  readonly days: number | undefined;
  /** whether main may go on from something else than the last copy */
  readonly rewritten: boolean;
  /** UTC day */
  readonly today: string;
};

/** What was copied, which copies were deleted, and which could not be, each with what to do. */
export type MirrorReport = {
  readonly main: string;
  readonly sheets: number;
  readonly deleted: readonly string[];
  readonly stuck: readonly string[];
};

/**
 * Copies main and the open sheets to a second place, sealed, also while the service runs, and lists the copy as a backup.
 *
 * A day has one copy, which the next one of the day replaces. So what an attacker did to main in the last hour does not
 * reach the copies of the days before.
 *
 * @throws LetterError `mirror` when main does not go on from the last copy, `git` or `github` when it cannot be fetched
 */
export async function writeMirror(settings: Settings, order: MirrorOrder): Promise<MirrorReport> {
  const { dataDir } = settings;
  const { place, to, days, today } = order;
  return withCampaignStore(settings, async ({ query }) => {
    const repository = await bringHere(settings);
    const main = await readHead(repository);
    if (!order.rewritten) await assertGoesOn(dataDir, repository, main);
    const sheets = (await listRefs(repository, PENDING)).size;
    const seal = (path: string) => writeSealedFile(path, to, async (write) => write(await readBundle(repository)));
    const note = { day: today, main, ...(days === undefined ? {} : { keep: days }) };
    if (place.kind === "host") {
      await pushCopy(place.remote, seal, { dataDir, note });
      const gone = days === undefined ? [] : await deleteOldCopies(place.remote, days, { dataDir, today });
      return { main, sheets, deleted: gone, stuck: [] };
    }
    const path = join(place.path, `mirror-${today}.age`);
    await noteBackup(dataDir, { path, ...note });
    await seal(path).catch(async (cause) => {
      if (!existsSync(path)) await forgetBackup(dataDir, path);
      throw cause;
    });
    await carryLeft(query, dataDir, today);
    if (days === undefined) return { main, sheets, deleted: [], stuck: [] };
    const isThere = ({ path, main }: { path: string; main?: string | undefined }) =>
      main !== undefined && path.startsWith(join(place.path, "mirror-"));
    const { deleted, stuck } = await deleteOldBackups(dataDir, days, today, isThere);
    return { main, sheets, deleted, stuck: formatStuck(stuck) };
  });
}

/** Fetches main, the open sheets and the tags of handovers where the campaign is on GitHub. Returns their repository here. */
async function bringHere({ dataDir, gitHost }: Settings): Promise<string> {
  if (gitHost.kind === "local") {
    const own = campaignRepository(dataDir);
    if (existsSync(own)) return own;
    throw new LetterError("mirror", "no campaign in this data folder yet: run npm start, or set DATA_DIR");
  }
  const { repository, app, apiUrl, serverUrl } = gitHost;
  const api = openGitHub({ repository, as: app, apiUrl, clock: systemClock });
  const mirror = join(dataDir, "mirror.git");
  await makeMirror(mirror);
  const remote = { url: `${serverUrl}/${repository}.git`, token: await telling("asking for a token", api.token) };
  const refs = [MAIN, `${PENDING}/*`, `${HANDOVERS}/*`].map(mirrored);
  await fetchRefs(mirror, remote, "main and the pending sheets", refs);
  return mirror;
}

/** Somebody who can write to main, or who holds the git host, could empty it, and every copy after it. */
async function assertGoesOn(dataDir: string, repository: string, main: string): Promise<void> {
  const copies = (await readBackupList(dataDir)).filter((note) => note.main !== undefined);
  if (copies.length === 0) return;
  const line = new Set((await readHistory(repository, main)).map(({ id }) => id));
  const last = copies.reduce((latest, note) => (note.day >= latest.day ? note : latest));
  if (line.has(last.main!)) return;
  throw new LetterError(
    "mirror",
    `main does not go on from ${last.main}, of which the copy of ${last.day} was made: nothing was copied. If you have rewritten its history yourselves, add --rewritten; if not, read .github/incidents.md`,
  );
}
