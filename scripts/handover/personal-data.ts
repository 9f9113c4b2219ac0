import { open, readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { formatBase64url } from "../letter/bytes/base64url.ts";
import { forgetBackup, leftListBeside, leftListIn, readBackupList } from "../outside/backup-list.ts";
import { readCopyList, writeCopyList } from "../outside/bag/copy-list.ts";
import { destroyFile } from "../outside/destroyed-file.ts";
import type { Random } from "../outside/random.ts";
import type { Settings } from "../outside/settings.ts";
import { freshFolder } from "./fresh-repository.ts";

/**
 * Destroys what this machine holds of people, all but the record: the database, the pepper, captured mail, the backups
 * that `DATA_DIR/backups.json` names, with their lists of who left, the bags that `DATA_DIR/copies.json` names, and the
 * mirror of a repository on GitHub with its history.
 *
 * @returns the backups that could not be destroyed, because they are not there or belong to others: they stay listed
 */
export async function destroyPersonalData(
  { dataDir, database, mail }: Pick<Settings, "dataDir" | "database" | "mail">,
  store: { deleteEverything(): Promise<void> },
  random: Random,
): Promise<string[]> {
  await store.deleteEverything();
  if (database.kind === "sqlite")
    for (const end of ["", "-wal", "-shm", "-journal"]) await destroyFile(`${database.path}${end}`);
  await forgetPepper(join(dataDir, "keys", "pepper.key"), random);
  const mails = mail.kind === "capture" ? mail.folder : join(dataDir, "mail");
  for (const name of await readdir(mails).catch(() => [])) await destroyFile(join(mails, name));
  await destroyBags(dataDir);
  for (const folder of MIRRORS) await destroyFile(join(dataDir, folder));
  return destroyBackups(dataDir);
}

/** Destroys the noted backups, and returns those that could not be destroyed. */
async function destroyBackups(dataDir: string): Promise<string[]> {
  const missing: string[] = [];
  for (const { path } of await readBackupList(dataDir)) {
    const isDestroyed = await destroyFile(path).catch(() => false);
    await destroyFile(leftListBeside(path)).catch(() => false);
    if (isDestroyed) await forgetBackup(dataDir, path);
    else missing.push(path);
  }
  await destroyFile(leftListIn(dataDir));
  if (missing.length === 0) await destroyFile(join(dataDir, "backups.json"));
  return missing;
}

/** The clone of a repository on GitHub, and what a purge that died half-way left of one on this machine. */
const MIRRORS = ["mirror.git", "campaign.git.old", "campaign.git.fresh"];

/** After the purge only the digests of the bags are left, on the ledger. What begins a fresh repository is no bag. */
async function destroyBags(dataDir: string): Promise<void> {
  const copies = await readCopyList(dataDir);
  const fresh = resolve(freshFolder(dataDir));
  for (const { path } of copies) if (path !== fresh) await destroyFile(path);
  await writeCopyList(
    dataDir,
    copies.filter(({ path }) => path === fresh),
  );
}

/** Writes another pepper over it, which nothing depends on: a data folder in use must have one. */
async function forgetPepper(path: string, random: Random): Promise<void> {
  const file = await open(path, "r+");
  await file.write(`${formatBase64url(random(32))}\n`, 0);
  await file.sync();
  await file.close();
}
