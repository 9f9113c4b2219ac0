import { mkdir, readdir, readlink, rename, rm, symlink, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { PublicKeys } from "../letter/published/files.ts";
import { type CampaignRecord, formatRecord } from "../letter/signature/record.ts";
import { BUILD_NOTES, buildSite, type SiteBuild } from "../outside/eleventy.ts";
import type { MainState } from "../outside/git/host.ts";
import { readLedgerDays } from "../outside/git/ledger-days.ts";
import { campaignRepository } from "../outside/git/local-host.ts";

/** The site of a campaign on this machine. */
export type LocalSite = {
  /** the link to the current build */
  readonly folder: string;
  /** Builds the site of main, unless it is already published. @throws LetterError `build`, `edition` */
  publish(main: MainState): Promise<void>;
};

/**
 * Builds go into `$DATA_DIR/builds/`, and the link `$DATA_DIR/site` points to the last one. The link is replaced
 * atomically, so that no client is served half a site. A build that fails leaves the previous site in place.
 */
export function openLocalSite(dataDir: string, keys: PublicKeys): LocalSite {
  const folder = join(dataDir, "site");
  let published = "";
  return {
    folder,
    async publish(main) {
      if (main.commit === published) return;
      const name = `${main.commit.slice(0, 12)}-${process.pid}`;
      const days = await readLedgerDays(campaignRepository(dataDir), main.commit);
      const earlier = await currentBuild(folder);
      await buildRecord(join(dataDir, "builds", name), main.record, { keys, days, earlier });
      await pointTo(folder, name);
      published = main.commit;
    },
  };
}

/** Builds the site of a record that lies in no checkout, with the keys of a campaign that may not name them. */
export async function buildRecord(
  output: string,
  record: CampaignRecord,
  { keys, ...more }: { keys: PublicKeys } & Pick<SiteBuild, "days" | "environment" | "earlier">,
): Promise<void> {
  const work = `${output}.record`;
  await mkdir(work, { recursive: true });
  const publicKeys = join(work, "keys.json");
  await writeFile(publicKeys, JSON.stringify(keys));
  for (const [path, text] of formatRecord(record)) {
    const file = join(work, "signatures", path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  await buildSite({ signatures: join(work, "signatures"), output, publicKeys, ...more });
  await rm(work, { recursive: true });
}

/** Returns the folder that the link to a build points to; undefined when there is none yet. */
export async function currentBuild(link: string): Promise<string | undefined> {
  const target = await readlink(link).catch(() => undefined);
  return target && resolve(dirname(link), target);
}

/** How the name of a build for the onion service ends. */
export const ONION_BUILD = "-onion";

const isForOnion = (name: string) => buildOf(name).endsWith(ONION_BUILD);

/** Returns the name of the build that a file or folder beside it belongs to. */
function buildOf(name: string): string {
  return [BUILD_NOTES, ".record"].reduce((rest, end) => (rest.endsWith(end) ? rest.slice(0, -end.length) : rest), name);
}

// How long a response that began with the previous build may take, in milliseconds.
const GRACE = 5_000;

/**
 * Points the link to a build and removes the others of its kind, because they hold rows that have been withdrawn since.
 */
export async function pointTo(link: string, name: string): Promise<void> {
  const before = await readlink(link).catch(() => undefined);
  const draft = `${link}.next`;
  await rm(draft, { force: true });
  await symlink(join("builds", name), draft);
  await rename(draft, link);
  const keep = [name, basename(before ?? "")];
  const builds = join(dirname(link), "builds");
  for (const other of await readdir(builds)) {
    if (keep.includes(buildOf(other)) || isForOnion(other) !== isForOnion(name)) continue;
    await rm(join(builds, other), { recursive: true, force: true });
  }
  if (before === undefined) return;
  // If the process ends before that, the next start removes the previous build.
  const removeBefore = async () => {
    for (const end of [BUILD_NOTES, ""])
      await rm(join(builds, basename(before) + end), { recursive: true, force: true });
  };
  setTimeout(() => void removeBefore().catch(() => {}), GRACE).unref();
}
