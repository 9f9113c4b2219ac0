import { existsSync } from "node:fs";
import { readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { LetterError } from "../../letter/bytes/error.ts";
import { makeFolder } from "../../outside/folder.ts";
import { restoreBundle } from "../../outside/git/bundle.ts";
import { campaignRepository } from "../../outside/git/local-host.ts";
import type { Settings } from "../../outside/settings.ts";
import { isEmpty, writeRows } from "./backup.ts";
import { type BackupContents, type OpenedBackup, readBackupRows } from "./backup-contents.ts";
import type { Query } from "./schema.ts";
import { withStore } from "./schema.ts";

/** Where a form service keeps what a backup brings back. */
export type BackupTarget = Pick<Settings, "dataDir" | "database">;

/** Checks that a backup overwrites nothing. @throws LetterError `backup` when it would */
export async function assertRoomFor({ files }: Pick<BackupContents, "files">, target: BackupTarget): Promise<void> {
  const { dataDir, database } = target;
  for (const [name, bytes] of files) {
    const path = join(dataDir, name);
    if (existsSync(path) && !bytes.equals(await readFile(path)))
      throw new LetterError("backup", `DATA_DIR has another ${name}: restore into an empty folder`);
  }
  if (database.kind === "sqlite" && !existsSync(database.path)) return;
  const empty = await withStore(database, ({ query }) => isEmpty(query));
  if (empty) return;
  throw new LetterError(
    "backup",
    "the database there holds something: restore into an empty one; or, if this backup was being restored into it and that was cut, npm run restore -- --by-database --yes, with the same --site or --no-site, does the rest",
  );
}

/**
 * Makes the form service of a backup again: its keys, its repository where there is none, and its rows, all or nothing.
 *
 * @param noteRestored is called in the transaction of the rows, after them
 * @param ready a repository that was made of the bundle of this backup already, beside the place where it belongs
 */
export async function restoreBackup(
  backup: OpenedBackup,
  { files }: Pick<BackupContents, "files">,
  { dataDir, database }: BackupTarget,
  noteRestored: (query: Query) => Promise<void>,
  ready?: string,
): Promise<void> {
  for (const [name, bytes] of files) {
    const target = join(dataDir, name);
    makeFolder(dirname(target));
    if (!existsSync(target)) await writeFile(target, bytes, { mode: 0o600, flush: true });
  }
  const repository = campaignRepository(dataDir);
  const keepBundle = async (bundle: Buffer) => {
    if (existsSync(repository)) return;
    await (ready === undefined ? restoreBundle(repository, bundle) : rename(ready, repository));
  };
  // All or nothing; and last, because a database says that there is something to go on from.
  await withStore(database, (store) =>
    store.change(async (query) => {
      await writeRows(query, readBackupRows(backup, keepBundle));
      await noteRestored(query);
    }),
  );
}
