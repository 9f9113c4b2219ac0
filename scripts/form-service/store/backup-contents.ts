import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { LetterError } from "../../letter/bytes/error.ts";
import { type BackupNote, backupNotes } from "../../outside/backup-list.ts";
import { readBackupFile } from "../../outside/seal/backup-file.ts";
import { type BackupRow, isTable } from "./backup.ts";
import { MIGRATIONS } from "./schema.ts";

const line = z.union([
  z.strictObject({ backup: z.literal("undersigned/v1"), day: z.iso.date(), schema: z.int().positive() }),
  z.strictObject({ file: z.string().regex(/^(keys|demo-custodian)\/[\w-]+\.\w+$/), base64: z.base64() }),
  z.strictObject({ backups: backupNotes }),
  z.strictObject({ table: z.string().refine(isTable), row: z.record(z.string(), z.unknown()) }),
  z.strictObject({ bundle: z.base64() }),
  z.strictObject({ end: z.int().nonnegative() }),
]);
type Line = z.output<typeof line>;

/** A backup, and the age identity that opens it. */
export type OpenedBackup = { readonly path: string; readonly identity: string };

/** What a backup holds: its keys by path below `DATA_DIR`, and how many rows. */
export type BackupContents = {
  /** UTC day */
  readonly day: string;
  readonly files: ReadonlyMap<string, Buffer>;
  /** the backups that were listed then, this one among them: the purge must destroy them all */
  readonly backups: readonly BackupNote[];
  /** rows by table */
  readonly tables: ReadonlyMap<string, number>;
  /** signatures by state */
  readonly states: ReadonlyMap<string, number>;
};

/** A backup that was read to its end, and what it holds. */
export type ReadBackup = { readonly backup: OpenedBackup; readonly contents: BackupContents };

/** Opens the backup at this path with this key file, and reads it to its end. @throws LetterError `backup` */
export async function openBackup(path: string, keyFile: string): Promise<ReadBackup> {
  const backup = { path, identity: await readBackupKey(keyFile) };
  if (!existsSync(path)) throw new LetterError("backup", "there is no such backup file");
  return { backup, contents: await readBackup(backup) };
}

/** Reads the identity in a key file. @throws LetterError `backup` when there is none */
export async function readBackupKey(file: string): Promise<string> {
  const key = await readFile(file, "utf8").catch((cause) => {
    throw new LetterError("backup", "there is no such key file, or it cannot be read", { cause });
  });
  const identity = /^AGE-SECRET-KEY-PQ-1\w+$/m.exec(key)?.[0];
  if (identity === undefined) throw new LetterError("backup", "the key file holds no AGE-SECRET-KEY-PQ-1…");
  return identity;
}

/**
 * Reads a backup to its end.
 *
 * @throws LetterError `backup` when it is damaged, cut off, sealed for another key, or made by a newer program
 */
export async function readBackup(backup: OpenedBackup): Promise<BackupContents> {
  let day = "";
  let backups: BackupNote[] = [];
  const files = new Map<string, Buffer>();
  const tables = new Map<string, number>();
  const states = new Map<string, number>();
  const count = (counts: Map<string, number>, key: string) => counts.set(key, (counts.get(key) ?? 0) + 1);
  let [rows, ended] = [0, false];
  for await (const one of readLines(backup)) {
    if ("backup" in one) {
      day = one.day;
      if (one.schema > MIGRATIONS.length)
        throw new LetterError(
          "backup",
          "a newer version of this program has made the backup: restore it with that one",
        );
    } else if ("file" in one) files.set(one.file, Buffer.from(one.base64, "base64"));
    else if ("backups" in one) backups = one.backups;
    else if ("table" in one) {
      rows++;
      count(tables, one.table);
      if (one.table === "signature") count(states, String(one.row.state));
    } else if ("end" in one) ended = one.end === rows;
  }
  if (!ended || day === "") throw new LetterError("backup", "the file is not a whole backup");
  return { day, files, backups, tables, states };
}

/** Yields the rows of a backup, and hands over the repository that it holds, as a git bundle, where it lies among them. */
export async function* readBackupRows(
  backup: OpenedBackup,
  keepBundle: (bundle: Buffer) => Promise<void>,
): AsyncGenerator<BackupRow> {
  for await (const one of readLines(backup)) {
    if ("table" in one && one.table !== "restoration") yield one;
    if ("bundle" in one) await keepBundle(Buffer.from(one.bundle, "base64"));
  }
}

/** Says what a backup holds, and what will be missing. @param keepsMain whether main is there, and not only in the backup */
export function formatBackup(
  { day, tables, states }: Omit<BackupContents, "files" | "backups">,
  keepsMain = true,
): string {
  const queue = ["confirmed", "aside", "filing", "filed"].reduce((sum, state) => sum + (states.get(state) ?? 0), 0);
  const since = keepsMain
    ? [
        "  signatures confirmed since then: those that were filed stay on their sheets, without contact records; the others",
        "  are lost, and their people must sign again",
      ]
    : ["  signatures confirmed since then: all that were not published are lost, and their people must sign again"];
  return [
    `a backup of ${day}:`,
    `  ${queue} signatures that wait, ${states.get("accepted") ?? 0} accepted, ${tables.get("vault") ?? 0} sealed contact records`,
    "what is not in it, and what to do:",
    ...since,
    "  codes mailed since then open nothing: those people fill in the form again",
    ...(keepsMain
      ? ["what main has accepted or lost since then is read from there at the next start; nothing is filed twice"]
      : ["main comes from the backup too: only what was published tells what it has accepted or lost since then"]),
    "what had not been filed then waits seven days, so that those who have left since can say so again",
  ].join("\n");
}

async function* readLines({ path, identity }: OpenedBackup): AsyncGenerator<Line> {
  for await (const text of readBackupFile(path, identity)) {
    const parsed = line.safeParse(parseJson(text));
    if (!parsed.success) throw new LetterError("backup", "the file holds a line that no backup has");
    yield parsed.data;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
