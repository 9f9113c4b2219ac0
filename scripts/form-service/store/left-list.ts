import { existsSync } from "node:fs";
import { open, readFile, rename, rm, utimes } from "node:fs/promises";
import { dayAfter } from "../../letter/bytes/day.ts";
import { LetterError } from "../../letter/bytes/error.ts";
import { type BackupNote, leftListBeside, leftListIn, readBackupList } from "../../outside/backup-list.ts";
import type { Query, Store } from "./schema.ts";

/**
 * The ids that have left since a backup, as a file beside it. The first line says how far it reaches; then the ids, in
 * their own order, which is random:
 *
 * ```
 * undersigned/v1 left 2026-11-29
 * 3v9c…
 * ```
 */
export type LeftList = { readonly day: string; readonly ids: ReadonlySet<string> };

/** Days that an id is kept although no backup is listed: PostgreSQL's administrator may have one. */
const KEPT_DAYS = 7;

/** Parses such a file. @throws LetterError `backup` */
export function parseLeftList(text: string): LeftList {
  const [head = "", ...ids] = text.trimEnd().split("\n");
  const day = /^undersigned\/v1 left (\d{4}-\d{2}-\d{2})$/.exec(head)?.[1];
  if (day === undefined || ids.some((id) => !/^[0-9a-hjkmnp-tv-z]{26}$/.test(id)))
    throw new LetterError("backup", "the list of who left is damaged: look for another copy of it");
  return { day, ids: new Set(ids) };
}

export function formatLeftList({ day, ids }: LeftList): string {
  return `${[`undersigned/v1 left ${day}`, ...[...ids].sort()].join("\n")}\n`;
}

/** Reads the list at this path; undefined where there is none. @throws LetterError `backup` when it is damaged */
export async function readLeftList(path: string): Promise<LeftList | undefined> {
  const text = await readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT" || cause.code === "ENOTDIR") return undefined;
    throw cause;
  });
  return text === undefined ? undefined : parseLeftList(text);
}

/**
 * Carries the ids that left into the data folder, and from there beside every backup that can be reached. A list never
 * loses an id by this, and is written only when something changed or on another day.
 *
 * @param today UTC day
 * @returns the backups whose lists could not be written: each is tried again the next time
 */
export async function carryLeft(query: Query, dataDir: string, today: string): Promise<BackupNote[]> {
  const notes = await readBackupList(dataDir);
  const own = leftListIn(dataDir);
  const rows = await query.selectFrom("departed").select("id").execute();
  if (notes.length === 0 && rows.length === 0) {
    await rm(own, { force: true });
    return [];
  }
  const ids = await add(own, { day: today, ids: new Set(rows.map(({ id }) => id)) });
  const missed: BackupNote[] = [];
  for (const note of notes) {
    // Where the backup is not, its medium may not be mounted: a list in an empty folder would help nobody.
    const isThere = existsSync(note.path);
    if (!isThere && note.elsewhere) continue;
    const write = () => add(leftListBeside(note.path), { day: today, ids });
    const isWritten = isThere && (await write().then(Boolean, () => false));
    if (!isWritten) missed.push(note);
  }
  return missed;
}

/** Forgets the ids that left before the oldest backup was made. @param today UTC day */
export async function forgetOldLeft(store: Store, dataDir: string, today: string): Promise<void> {
  const oldest = (await readBackupList(dataDir)).reduce((first, { day }) => (day < first ? day : first), today);
  const kept = dayAfter(today, -KEPT_DAYS);
  const before = oldest < kept ? oldest : kept;
  const old = await store.query.selectFrom("departed").select("id").where("day", "<", before).execute();
  if (old.length === 0) return;
  const list = await readLeftList(leftListIn(dataDir)).catch(() => undefined);
  const gone = new Set(old.map(({ id }) => id));
  if (list) await write(leftListIn(dataDir), { ...list, ids: new Set([...list.ids].filter((id) => !gone.has(id))) });
  await store.change((query) => query.deleteFrom("departed").where("day", "<", before).execute());
}

/** Adds to a list, and returns what it holds. One that is damaged is kept aside, and a new one begun. */
async function add(path: string, { day, ids }: LeftList): Promise<ReadonlySet<string>> {
  const there = await readLeftList(path).catch(async (cause) => {
    if (!(cause instanceof LetterError)) throw cause;
    await rename(path, `${path}.damaged`);
    return undefined;
  });
  const all = new Set([...(there?.ids ?? []), ...ids]);
  const last = there && there.day > day ? there.day : day;
  if (there?.day !== last || there.ids.size !== all.size) await write(path, { day: last, ids: all });
  return all;
}

async function write(path: string, list: LeftList): Promise<void> {
  const draft = `${path}.${process.pid}.part`;
  const file = await open(draft, "w", 0o600);
  try {
    await file.writeFile(formatLeftList(list));
    // Its day, and no more: when somebody left is nobody's business.
    const midnight = new Date(`${list.day}T00:00:00Z`);
    await utimes(draft, midnight, midnight);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
}
