import { mkdir, readdir, readlink, rename, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { PublicKeys } from "../letter/published.ts";
import { changedFiles, EMPTY_RECORD } from "../letter/record.ts";
import { buildSite } from "../outside/eleventy.ts";
import type { MainState } from "../outside/git-host.ts";

/**
 * Builds the site of main into `$DATA_DIR/builds/` and lets `$DATA_DIR/site` point to it in one step, so that nobody
 * is ever served half a site. A build that fails leaves the previous site in its place.
 *
 * @throws LetterError `build`, `edition`
 */
export async function publishLocally(dataDir: string, main: MainState, keys: PublicKeys): Promise<void> {
  const builds = join(dataDir, "builds");
  const name = `${main.commit.slice(0, 12)}-${process.pid}-${++count}`;
  const work = join(builds, `${name}.record`);
  await mkdir(work, { recursive: true });
  const publicKeys = join(work, "keys.json");
  await writeFile(publicKeys, JSON.stringify(keys));
  for (const [path, text] of changedFiles(EMPTY_RECORD, main.record)) {
    const file = join(work, "signatures", path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  await buildSite({ signatures: join(work, "signatures"), output: join(builds, name), publicKeys });
  await rm(work, { recursive: true });
  await pointTo(join(dataDir, "site"), join("builds", name));
}

let count = 0;

async function pointTo(link: string, target: string): Promise<void> {
  const before = await readlink(link).catch(() => undefined);
  const draft = `${link}.next`;
  await rm(draft, { force: true });
  await symlink(target, draft);
  await rename(draft, link);
  // The build before this one stays: an answer that began with it may still be under way.
  const keep = [target, before].map((path) => path?.split("/").at(-1));
  for (const name of await readdir(join(dirname(link), "builds"))) {
    if (!keep.includes(name)) await rm(join(dirname(link), "builds", name), { recursive: true, force: true });
  }
}
