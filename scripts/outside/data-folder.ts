import { existsSync } from "node:fs";
import { link, open, readFile, rename, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import Database from "better-sqlite3";
import { LetterError } from "../letter/bytes/error.ts";
import { makeFolder, makeWritableFolder } from "./folder.ts";

/** A data folder that only this process works in, until it releases it or ends in any way. */
export type DataFolderLock = { release(): void };

/**
 * Locks the data folder for this process. The lock is the operating system's, held through SQLite: a killed process
 * leaves nothing that would have to be cleaned up.
 *
 * @throws LetterError `data-folder` when another process holds it, `folder` when nothing can be written there
 */
export async function lockDataFolder(folder: string): Promise<DataFolderLock> {
  makeWritableFolder(folder);
  const database = new Database(join(folder, "lock.db"), { timeout: 0 });
  try {
    database.pragma("journal_mode = delete");
    database.exec("begin exclusive");
  } catch (cause) {
    database.close();
    if ((cause as { code?: string }).code !== "SQLITE_BUSY") throw cause;
    throw new LetterError(
      "data-folder",
      "another program works in this data folder: stop it first (Ctrl-C where npm start runs), or set DATA_DIR to another folder",
    );
  }
  return { release: () => database.close() };
}

/** Whether another process holds the data folder now, as `npm start` does while it runs. Makes nothing. */
export async function isWorkedIn(folder: string): Promise<boolean> {
  if (!existsSync(join(folder, "lock.db"))) return false;
  try {
    (await lockDataFolder(folder)).release();
    return false;
  } catch (cause) {
    return cause instanceof LetterError && cause.code === "data-folder";
  }
}

/** Returns the text of a file that is made once and then kept: its own if it exists, else `make()`, stored durably. */
export async function keepFile(path: string, make: () => string | Promise<string>, mode = 0o600): Promise<string> {
  makeFolder(dirname(path));
  const found = await readIfThere(path);
  if (found !== undefined) return found;
  const draft = `${path}.${process.pid}`;
  const file = await open(draft, "w", mode);
  try {
    await file.writeFile(await make());
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    // Unlike a rename, a link never replaces what another process has made in the meantime.
    await link(draft, path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "EEXIST") throw cause;
  } finally {
    await unlink(draft);
  }
  return readFile(path, "utf8");
}

/** Replaces a file durably: after a power cut, it holds the old text or the new one. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const draft = `${path}.part`;
  const file = await open(draft, "w", 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
  // Until the folder is on the disk, a power cut may bring the old text back, after others have gone by the new one.
  const folder = await open(dirname(path));
  await folder.sync();
  await folder.close();
}

/** Returns the text of a file, undefined if there is none. */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw cause;
  }
}
