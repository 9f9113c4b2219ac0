import { accessSync, constants, mkdirSync, mkdtempSync, rmdirSync, statfsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { LetterError } from "../letter/bytes/error.ts";

/**
 * Makes a folder if there is none, and its parents.
 *
 * @param named the setting or option that decides where it is
 * @param mode by default, other users of this machine cannot look into what it makes
 * @throws LetterError `folder`, one line that says what is wrong there and which one to change
 */
export function makeFolder(path: string, named = "DATA_DIR", mode = 0o700): void {
  try {
    makeWithParents(path, mode);
  } catch (cause) {
    throw wrongFolder(named, cause);
  }
}

/** Makes a folder as `makeFolder` does, and tries to write there, because the permissions do not show everything. */
export function makeWritableFolder(path: string, named = "DATA_DIR", mode = 0o700): void {
  makeFolder(path, named, mode);
  try {
    rmdirSync(mkdtempSync(join(path, "try-")));
  } catch (cause) {
    throw wrongFolder(named, cause);
  }
}

/** Returns the error about an unusable folder, derived from the error of the operating system. */
export function wrongFolder(named: string, cause: unknown): LetterError {
  const { code } = cause as NodeJS.ErrnoException;
  const reason = REASONS[code ?? ""] ?? `the folder cannot be used (${code ?? "of an unknown reason"})`;
  return new LetterError("folder", `${named}: ${reason}; write the path of a folder of yours`, { cause });
}

/**
 * Why nothing more can be written below a folder, and what to do: a disk without room and a folder of somebody else are
 * behind errors of git, of the database and of the system that say it each in their own words. Undefined: it is not that.
 *
 * @param named the setting that decides where it is
 */
export function whyUnwritable(path: string, named = "DATA_DIR"): string | undefined {
  try {
    const { bavail, bsize } = statfsSync(path);
    if (bavail * bsize < ROOM) return `${named}: ${REASONS.ENOSPC}`;
    accessSync(path, constants.W_OK);
    return undefined;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    return code === "ENOENT" ? undefined : `${named}: ${REASONS[code ?? ""] ?? "it cannot be used"}; ${AS_THE_SERVICE}`;
  }
}

/** Bytes with which a disk counts as full: less than a small change of the database and the repository takes. */
const ROOM = 2 ** 18;

const AS_THE_SERVICE = "run this as the user of the form service";

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "this user may not write there",
  EEXIST: "that is a file, not a folder",
  EISDIR: "a folder lies where a file should be",
  ELOOP: "the path leads round in a circle",
  ENAMETOOLONG: "the path is too long",
  ENOENT: "no folder can be made there",
  ENOSPC: "the disk is full: make room there, or choose another",
  ENOTDIR: "a part of the path is a file, not a folder",
  EPERM: "this user may not write there",
  EROFS: "nothing can be written there",
};

// Node's recursive mkdir never ends where an existing folder answers ENOENT to a new one, as /proc does.
function makeWithParents(path: string, mode: number): void {
  try {
    mkdirSync(path, { mode });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    // A read-only disk reports EROFS even for a folder that exists.
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
    if (code !== "ENOENT" || dirname(path) === path) throw cause;
    makeWithParents(dirname(path), mode);
    mkdirSync(path, { mode });
  }
}
