import { existsSync } from "node:fs";
import { open, readdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { formatBase64url } from "../letter/bytes/base64url.ts";
import { backupDraft, forgetBackup, leftListBeside, leftListIn, readBackupList } from "../outside/backup-list.ts";
import { readCopyList, writeCopyList } from "../outside/bag/copy-list.ts";
import { destroyFile, overwriteFile } from "../outside/destroyed-file.ts";
import { campaignRepository } from "../outside/git/local-host.ts";
import { leftBeside } from "../outside/git/replaced-repository.ts";
import type { Random } from "../outside/random.ts";
import type { Settings } from "../outside/settings.ts";
import { freshFolder } from "./fresh-repository.ts";

/**
 * Destroys what this machine holds of people, all but the record: the database, the pepper, captured mail, the backups
 * that `DATA_DIR/backups.json` names, with their lists of who left, the bags that `DATA_DIR/copies.json` names, the mirror
 * of a repository on GitHub with its history, and what processes that died have left beside a repository.
 *
 * @param emptyDatabase deletes its rows; before the files, so that a run that was cut finds either all of it or none
 * @returns the backups that could not be destroyed, because they are not there or belong to others: they stay listed
 */
export async function destroyPersonalData(
  { dataDir, database, mail }: Pick<Settings, "dataDir" | "database" | "mail">,
  emptyDatabase: () => Promise<void>,
  random: Random,
): Promise<string[]> {
  await emptyDatabase();
  if (database.kind === "sqlite")
    for (const end of ["", "-wal", "-shm", "-journal"]) await destroyFile(`${database.path}${end}`);
  await forgetPepper(join(dataDir, "keys", "pepper.key"), random);
  const mails = mail.kind === "capture" ? mail.folder : join(dataDir, "mail");
  for (const name of await readdir(mails).catch(() => [])) await destroyFile(join(mails, name));
  await destroyBags(dataDir);
  const mirror = join(dataDir, "mirror.git");
  for (const folder of [...(await leftBeside(campaignRepository(dataDir))), ...(await leftBeside(mirror)), mirror])
    await destroyFile(folder);
  return destroyBackups(dataDir);
}

/** Destroys the noted backups, and returns those that could not be destroyed. */
async function destroyBackups(dataDir: string): Promise<string[]> {
  const missing: string[] = [];
  for (const { path } of await readBackupList(dataDir)) {
    // A backup that was cut is only its draft.
    const files = [path, backupDraft(path)];
    await destroyFile(leftListBeside(path)).catch(() => false);
    const isDestroyed = await overwriteAny(files).catch(() => false);
    // Before the files go: a run that is cut in between would look for them in vain.
    if (isDestroyed) await forgetBackup(dataDir, path);
    else missing.push(path);
    for (const file of isDestroyed ? files : []) await rm(file, { force: true });
  }
  await destroyFile(leftListIn(dataDir));
  // Not overwritten: a run that is cut in between could not read it any more. It names paths, and nobody.
  if (missing.length === 0) await rm(join(dataDir, "backups.json"), { force: true });
  return missing;
}

async function overwriteAny(files: readonly string[]): Promise<boolean> {
  let any = false;
  for (const file of files) if (await overwriteFile(file)) any = true;
  return any;
}

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
  const file = await open(path, existsSync(path) ? "r+" : "w", 0o600);
  await file.write(`${formatBase64url(random(32))}\n`, 0);
  await file.sync();
  await file.close();
}
