import { join } from "node:path";
import { z } from "zod";
import { readIfThere, replaceFile } from "./data-folder.ts";
import type { DatabasePlace } from "./database/database.ts";

/**
 * A backup that has been made: where, and on which UTC day. `keep`: the days after which it was promised to be deleted.
 * `elsewhere`: it was made on another machine, and a backup that was restored here has told of it; or it lies on another
 * host, and its path is an address. `main`: it is a mirror of main at this commit and of the open sheets, and holds
 * nothing of the database.
 */
export type BackupNote = {
  readonly path: string;
  readonly day: string;
  readonly keep?: number | undefined;
  readonly elsewhere?: true | undefined;
  readonly main?: string | undefined;
};

export const backupNotes = z.array(
  z.strictObject({
    path: z.string(),
    day: z.string(),
    keep: z.int().positive().optional(),
    elsewhere: z.literal(true).optional(),
    main: z
      .string()
      .regex(/^[0-9a-f]{40}$/)
      .optional(),
  }),
);

/** Reads the backups made from this data folder. The purge must destroy all of them, wherever they were moved. */
export async function readBackupList(dataDir: string): Promise<BackupNote[]> {
  const text = await readIfThere(listPath(dataDir));
  return text === undefined ? [] : backupNotes.parse(JSON.parse(text));
}

/** Whether the path of a backup is an address on another host. */
export function isOnAnotherHost(path: string): boolean {
  return /^https?:\/\//.test(path);
}

/**
 * Returns the day of the last backup of the database, "" without one. PostgreSQL always counts as backed up: it keeps
 * old rows in its log, which its administrator copies.
 */
export async function lastBackupOf({
  database,
  dataDir,
}: {
  database: DatabasePlace;
  dataDir: string;
}): Promise<string> {
  if (database.kind === "postgres") return "9999-12-31";
  const backups = (await readBackupList(dataDir)).filter(({ main }) => main === undefined);
  return backups.reduce((last, { day }) => (day > last ? day : last), "");
}

/** Notes a backup before it is written, because one that is not in the list could not be destroyed. */
export function noteBackup(dataDir: string, note: BackupNote): Promise<void> {
  return noteBackups(dataDir, [note]);
}

/** Notes several backups. One of the same path takes the place of the one that was noted. */
export async function noteBackups(dataDir: string, notes: readonly BackupNote[]): Promise<void> {
  const paths = new Set(notes.map(({ path }) => path));
  const others = (await readBackupList(dataDir)).filter(({ path }) => !paths.has(path));
  await writeList(dataDir, [...others, ...notes]);
}

/** Takes a backup out of the list that is no more. Returns false if it was not in it. */
export async function forgetBackup(dataDir: string, path: string): Promise<boolean> {
  const notes = await readBackupList(dataDir);
  const others = notes.filter((note) => note.path !== path);
  if (others.length < notes.length) await writeList(dataDir, others);
  return others.length < notes.length;
}

/** The file in which a backup is written: one that was cut leaves it behind. */
export function backupDraft(backup: string): string {
  return `${backup}.part`;
}

/** The file beside a backup that lists who has left since. */
export function leftListBeside(backup: string): string {
  return `${backup}.left`;
}

/** The file in a data folder that lists who has left since its oldest backup. */
export function leftListIn(dataDir: string): string {
  return join(dataDir, "left.txt");
}

function writeList(dataDir: string, notes: readonly BackupNote[]): Promise<void> {
  return replaceFile(listPath(dataDir), `${JSON.stringify(notes, null, 2)}\n`);
}

function listPath(dataDir: string): string {
  return join(dataDir, "backups.json");
}
