import { open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { formatBase64url } from "../letter/bytes/base64url.ts";
import { forgetBackup, leftListBeside, leftListIn, readBackupList } from "../outside/backup-list.ts";
import { destroyFile } from "../outside/destroyed-file.ts";
import type { Random } from "../outside/random.ts";
import type { Settings } from "../outside/settings.ts";

/**
 * Destroys what this machine holds of people, all but the record: the database, the pepper, captured mail and the
 * backups that `DATA_DIR/backups.json` names, with their lists of who left.
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

/** Writes another pepper over it, which nothing depends on: a data folder in use must have one. */
async function forgetPepper(path: string, random: Random): Promise<void> {
  const file = await open(path, "r+");
  await file.write(`${formatBase64url(random(32))}\n`, 0);
  await file.sync();
  await file.close();
}
