import { open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { DatabasePlace } from "./database/database.ts";

/** A backup that has been made: where, and on which UTC day. */
export type BackupNote = { readonly path: string; readonly day: string };

const backups = z.array(z.strictObject({ path: z.string(), day: z.string() }));

/** Reads the backups made from this data folder. The purge must destroy all of them, wherever they were moved. */
export async function readBackupList(dataDir: string): Promise<BackupNote[]> {
  try {
    return backups.parse(JSON.parse(await readFile(listPath(dataDir), "utf8")));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw cause;
  }
}

/**
 * Returns the day of the last backup, "" without one. PostgreSQL always counts as backed up: it keeps old rows in its
 * log, which its administrator copies.
 */
export async function lastBackupOf({
  database,
  dataDir,
}: {
  database: DatabasePlace;
  dataDir: string;
}): Promise<string> {
  if (database.kind === "postgres") return "9999-12-31";
  return (await readBackupList(dataDir)).reduce((last, { day }) => (day > last ? day : last), "");
}

/** Notes a backup before it is written, because one that is not in the list could not be destroyed. */
export async function noteBackup(dataDir: string, note: BackupNote): Promise<void> {
  const others = (await readBackupList(dataDir)).filter(({ path }) => path !== note.path);
  const draft = `${listPath(dataDir)}.part`;
  const file = await open(draft, "w", 0o600);
  await file.writeFile(`${JSON.stringify([...others, note], null, 2)}\n`);
  await file.sync();
  await file.close();
  await rename(draft, listPath(dataDir));
}

function listPath(dataDir: string): string {
  return join(dataDir, "backups.json");
}
