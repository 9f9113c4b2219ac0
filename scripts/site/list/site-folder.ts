import { hash } from "node:crypto";
import {
  closeSync,
  existsSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { BUILD_NOTES } from "../../outside/eleventy.ts";

/** A file of the site: its path in the folder, and what it holds. */
export type SiteFile = readonly [path: string, content: Uint8Array | string];

/**
 * Some files of the site that change together. `key` is a digest of everything that they are made from, and `facts` is
 * what else is known of that, as JSON.
 */
export type Part = { readonly key: string; readonly facts: unknown };

/** The folder of a site while it is written. What an earlier build left unchanged is kept. */
export type SiteFolder = {
  /** Returns the facts of a part with this key, if the earlier build noted any. */
  factsOf(name: string, key: string): unknown;
  /** Keeps the files of a part if they are as the earlier build wrote them, and writes those of `make` otherwise. */
  put(name: string, part: Part, make: () => Iterable<SiteFile>): void;
  /**
   * Removes the files below these folders that belong to no part, and notes what there is for the next build.
   *
   * @param besides files that are written in another way
   */
  finish(folders: readonly string[], besides: readonly string[]): void;
};

type WrittenFile = readonly [path: string, size: number, modified: number];
type NotedPart = Part & { readonly files: readonly WrittenFile[] };
type Notes = { readonly made: string; readonly parts: Readonly<Record<string, NotedPart>> };

/**
 * Opens the folder of a site. An earlier build counts only if it was made by the same program from the same content, and
 * a file of it only if it has the size and the time at which that build wrote it. Without such a build, all is written.
 *
 * @param made a digest of program and content
 * @param earlier the folder of an earlier build that stays as it is: what did not change is linked from there; by default
 *   it is `output` itself
 */
export function openSiteFolder(output: string, made: string, earlier = output): SiteFolder {
  const before = readNotes(earlier, made);
  const isSame = resolve(earlier) === resolve(output);
  const isNew = !holdsAnything(output);
  // If this build does not end, the next one must not believe what was noted of the one before.
  rmSync(output + BUILD_NOTES, { force: true });
  const parts = new Map<string, NotedPart>();
  const makeFolder = folderMaker();

  function put(name: string, { key, facts }: Part, make: () => Iterable<SiteFile>): void {
    const noted = before.get(name);
    const kept = noted?.key === key && keep(noted.files) ? noted.files : undefined;
    const files = kept ?? Array.from(make(), ([path, content]) => write(path, content));
    parts.set(name, { key, facts, files });
  }

  function keep(files: readonly WrittenFile[]): boolean {
    for (const [path, size, modified] of files) {
      const found = statSync(join(earlier, path), { throwIfNoEntry: false });
      if (!found?.isFile() || found.size !== size || found.mtimeMs !== modified) return false;
    }
    return isSame || files.every(([path]) => link(path));
  }

  function link(path: string): boolean {
    const file = join(output, path);
    makeFolder(dirname(file));
    try {
      if (!isNew) rmSync(file, { force: true });
      linkSync(join(earlier, path), file);
      return true;
    } catch {
      // Another disk, or a file system without links.
      return false;
    }
  }

  function write(path: string, content: Uint8Array | string): WrittenFile {
    const file = join(output, path);
    makeFolder(dirname(file));
    writeWhole(file, content);
    const { size, mtimeMs } = statSync(file);
    return [path, size, mtimeMs];
  }

  return {
    factsOf: (name, key) => {
      const noted = before.get(name);
      return noted?.key === key ? noted.facts : undefined;
    },
    put,
    finish(folders, besides) {
      if (!isNew) {
        const known = new Set([...besides, ...[...parts.values()].flatMap(({ files }) => files.map(([path]) => path))]);
        for (const folder of folders) removeOthers(output, folder, known);
      }
      writeNotes(output, { made, parts: Object.fromEntries(parts) });
    },
  };
}

/** Notes begin with their own digest: damaged ones count as none. */
function readNotes(folder: string, made: string): Map<string, NotedPart> {
  try {
    const text = readFileSync(folder + BUILD_NOTES, "utf8");
    const end = text.indexOf("\n");
    const body = text.slice(end + 1);
    if (digestOf(body) !== text.slice(0, end)) return new Map();
    const notes = JSON.parse(body) as Notes;
    return new Map(notes.made === made ? Object.entries(notes.parts) : []);
  } catch {
    return new Map();
  }
}

function writeNotes(folder: string, notes: Notes): void {
  const body = JSON.stringify(notes);
  try {
    writeWhole(folder + BUILD_NOTES, `${digestOf(body)}\n${body}`);
  } catch {
    // The folder may be one that somebody else made, in a place where nothing can be written: the next build writes all.
    rmSync(folder + BUILD_NOTES, { force: true });
  }
}

/** Returns the digest of what a part is made from, base64url. */
export function digestOf(...parts: readonly (Uint8Array | string)[]): string {
  const [first = "", ...rest] = parts;
  if (rest.length === 0) return hash("sha256", first, "base64url");
  return hash("sha256", parts.map((part) => hash("sha256", part, "hex")).join(" "), "base64url");
}

/**
 * Writes a file so that nobody reads half of it, and so that another folder that has the same file by a link keeps its
 * own.
 */
function writeWhole(file: string, content: Uint8Array | string): void {
  try {
    const opened = openSync(file, "wx");
    try {
      writeFileSync(opened, content);
    } finally {
      closeSync(opened);
    }
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "EEXIST") throw cause;
    writeFileSync(`${file}.next`, content);
    renameSync(`${file}.next`, file);
  }
}

function folderMaker(): (folder: string) => void {
  const made = new Set<string>();
  return (folder) => {
    if (made.has(folder)) return;
    mkdirSync(folder, { recursive: true });
    made.add(folder);
  };
}

function holdsAnything(folder: string): boolean {
  try {
    return readdirSync(folder).length > 0;
  } catch {
    return false;
  }
}

function removeOthers(output: string, folder: string, known: ReadonlySet<string>): void {
  // A list that was taken down has no folder.
  if (!existsSync(join(output, folder))) return;
  for (const entry of readdirSync(join(output, folder), { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) removeOthers(output, path, known);
    else if (!known.has(path)) rmSync(join(output, path));
  }
}
