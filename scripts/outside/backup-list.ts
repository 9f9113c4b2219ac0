import { open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { DatabasePlace } from "./database/database.ts";

/** A backup that has been made: where, and on which UTC day. */
export type BackupNote = { readonly path: string; readonly day: string };

const backups = z.array(z.strictObject({ path: z.string(), day: z.string() }));

/** The backups made from this data folder: all of them must be destroyed at the purge, wherever they were moved. */
export async function readBackupList(dataDir: string): Promise<BackupNote[]> {
  try {
    return backups.parse(JSON.parse(await readFile(listPath(dataDir), "utf8")));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw cause;
  }
}

/** The day of the last backup, "" for none. PostgreSQL keeps old rows in its log, and its keeper copies it: always backed up. */
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

/** Notes a backup, before it is written: one that nobody knows of could not be destroyed. */
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
