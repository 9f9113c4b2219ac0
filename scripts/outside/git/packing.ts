import { existsSync } from "node:fs";
import { open, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { removeStaleLocks } from "./ref.ts";
import { runGit } from "./run.ts";

/**
 * A sheet leaves some seventeen loose objects and two refs, so this is after about thirty sheets. A commit of more than a
 * hundred objects is a pack of its own.
 */
const MOST: Files = { loose: 500, packs: 50 };

type Files = { readonly loose: number; readonly packs: number };

/** What a git that was killed left of a pack is of no use; one that still writes has not been at it for a day. */
const LEFTOVER = 86_400_000;

/**
 * Packs objects and refs, once there are many loose ones: each is a file, and every reading of main looks among them.
 *
 * Nothing is dropped, reachable or not, so a process that writes at the same time loses nothing; the refs of settled sheets tell
 * a late retry that a sheet was filed, and what moderators said. A pack is written again only when as much has come since.
 * Nobody waits for it: neither filing nor acceptance, which a withdrawal needs.
 *
 * @returns whether there was anything to pack
 * @throws LetterError `git`, `hung`
 */
export async function packRepository(repository: string, most = MOST): Promise<boolean> {
  if (!existsSync(repository)) return false;
  const files = await countFiles(repository);
  if (files.loose <= most.loose && files.packs <= most.packs) return false;
  const packs = join(repository, "objects", "pack");
  await removeLeftovers(packs);
  const rest = ["-d", "-l", "-q"];
  const { code } = await runGit(repository, ["repack", "--geometric=2", ...rest], { codes: [0, USAGE] });
  // A git of before 2021 cannot spare large packs.
  if (code === USAGE) await runGit(repository, ["repack", ...rest]);
  await removeStaleLocks(repository, []);
  await runGit(repository, ["pack-refs", "--all"]);
  // git syncs the files, not the folders that name them.
  for (const folder of [packs, repository]) {
    const handle = await open(folder);
    await handle.sync();
    await handle.close();
  }
  return true;
}

async function countFiles(repository: string): Promise<Files> {
  const { stdout } = await runGit(repository, ["count-objects", "-v"]);
  const numbers = new Map([...stdout.toString("utf8").matchAll(/^([\w-]+): (\d+)$/gm)].map(([, name, n]) => [name, n]));
  return { loose: Number(numbers.get("count")), packs: Number(numbers.get("packs")) };
}

/** The exit code of git for an option that it does not know. */
const USAGE = 129;

async function removeLeftovers(packs: string): Promise<void> {
  for (const name of await readdir(packs)) {
    if (!/^\.?tmp[_-]/.test(name)) continue;
    const found = await stat(join(packs, name)).catch(() => undefined);
    if (found && Date.now() - found.mtimeMs > LEFTOVER) await rm(join(packs, name), { force: true });
  }
}
