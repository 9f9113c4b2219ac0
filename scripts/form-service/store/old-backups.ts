import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { dayAfter, dayOf } from "../../letter/bytes/day.ts";
import { LetterError } from "../../letter/bytes/error.ts";
import {
  type BackupNote,
  forgetBackup,
  isOnAnotherHost,
  leftListBeside,
  readBackupList,
} from "../../outside/backup-list.ts";
import { destroyFile } from "../../outside/destroyed-file.ts";
import { causeOf } from "../../outside/log.ts";
import type { Finding } from "../../outside/mail-domain-check.ts";
import type { Settings } from "../../outside/settings.ts";

/** Days after which a backup is to be deleted where nothing else was said: the pages promise it. */
export const KEEP_DAYS = 7;

/** A backup that is due and could not be deleted, and why. It stays in the list. */
export type StuckBackup = { readonly path: string; readonly reason: string };

/** Parses how long backups are kept, such as `7d`. @throws LetterError `usage` */
export function parseKeep(text: string): number {
  const days = /^([1-9]\d{0,2})d$/.exec(text)?.[1];
  if (days === undefined) throw new LetterError("usage", "--keep takes a number of days, such as 7d");
  return Number(days);
}

/**
 * Deletes the backups of this data folder that are as old as `keep` days, with their lists of who left.
 *
 * @param today UTC day
 * @param of which ones: a mirror goes only once there is a newer one, because main may exist nowhere else
 */
export async function deleteOldBackups(
  dataDir: string,
  keep: number,
  today: string,
  of: (note: BackupNote) => boolean = ({ main }) => main === undefined,
): Promise<{ deleted: string[]; stuck: StuckBackup[] }> {
  const [deleted, stuck]: [string[], StuckBackup[]] = [[], []];
  for (const note of (await readBackupList(dataDir)).filter(of)) {
    const { path, day } = note;
    if (dayAfter(day, keep) > today) continue;
    try {
      // What is not there may have been moved, or lie on a medium that is not mounted: then it still exists.
      if (!(await destroyFile(path))) stuck.push({ path, reason: "it is not there" });
      else {
        await destroyFile(leftListBeside(path));
        await forgetBackup(dataDir, path);
        deleted.push(path);
      }
    } catch (cause) {
      stuck.push({ path, reason: `it cannot be deleted (${causeOf(cause).code || "of an unknown reason"})` });
    }
  }
  return { deleted, stuck };
}

/** Takes a backup out of the list on the operator's word that it exists nowhere any more. @throws LetterError `backup` */
export async function forgetGone(dataDir: string, named: string): Promise<void> {
  const path = isOnAnotherHost(named) ? named : resolve(named);
  if (existsSync(path)) throw new LetterError("backup", "that backup is there: --keep deletes it when it is due");
  if (!(await forgetBackup(dataDir, path)))
    throw new LetterError("backup", "DATA_DIR/backups.json lists no backup of that path");
  await destroyFile(leftListBeside(path));
}

/** Says what to do about backups that could not be deleted. */
export function formatStuck(stuck: readonly StuckBackup[]): string[] {
  return stuck.map(
    ({ path, reason }) =>
      `still listed: ${path}: ${reason}. Mount its medium, or give back the permission, and run this again; if it exists nowhere any more: npm run backup -- --gone ${path}`,
  );
}

/** Whether no backup is older than was promised, and each has the list of who left beside it. */
export async function checkBackups({ dataDir }: Pick<Settings, "dataDir">, now: Date): Promise<Finding[]> {
  if (!existsSync(join(dataDir, "backups.json"))) return [];
  const notes = await readBackupList(dataDir).catch(() => undefined);
  if (!notes) return [{ what: "backups", mend: "DATA_DIR/backups.json cannot be read: mend it, the purge needs it" }];
  const today = dayOf(now);
  const old = notes.filter(({ day, keep = KEEP_DAYS }) => dayAfter(day, keep) < today);
  const bare = notes.filter(({ path, elsewhere }) => !elsewhere && !existsSync(leftListBeside(path)));
  const findings: Finding[] = [];
  if (old.length > 0) {
    const each = old.map((note) => `${note.path} (${describe(note)})`).join(", ");
    const run = [
      ...(old.some(({ main }) => main === undefined) ? [`npm run backup -- --keep ${KEEP_DAYS}d`] : []),
      ...(old.some(({ main }) => main !== undefined)
        ? ["npm run mirror as its timer does (.github/operating.md)"]
        : []),
    ].join(" and ");
    const mend = `older than promised, and people who left are still in them: ${each}. Run ${run}; one that exists nowhere any more: npm run backup -- --gone FILE`;
    findings.push({ what: "backups", mend });
  }
  if (bare.length > 0) {
    const mend = `the list of who left since is not beside ${bare.map(({ path }) => path).join(", ")}. Mount the medium: npm start writes the list there, and DATA_DIR/left.txt has it meanwhile`;
    findings.push({ what: "lists of who left", mend });
  }
  findings.push(...checkMirrors(notes, today));
  return findings.length > 0 ? findings : [{ what: "backups: none is older than promised" }];
}

/** Where main was mirrored once, it is mirrored every day: one that is old helps little on the day on which it is needed. */
function checkMirrors(notes: readonly BackupNote[], today: string): Finding[] {
  const last = notes
    .filter(({ main }) => main !== undefined)
    .reduce((latest, { day }) => (day > latest ? day : latest), "");
  if (last === "" || dayAfter(last, 1) >= today) return [];
  const mend = `the last mirror of main is of ${last}: run npm run mirror as its timer does, and do what it says (journalctl -u undersigned-mirror)`;
  return [{ what: "the mirror", mend }];
}

function describe({ path, day, elsewhere }: BackupNote): string {
  return elsewhere && !isOnAnotherHost(path) ? `of ${day}, on another machine` : `of ${day}`;
}
