import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { inflateSync } from "node:zlib";

// Tests look into a repository some thousand times, and to start git takes a hundred times as long as to read its files.
// What is not there as git writes it at first, a file for each object, is for the caller to ask git about.

/** An object by its SHA: its type and its bytes; undefined when it is in a pack, or not there. */
export function readLooseObject(repository: string, sha: string): { type: string; content: Buffer } | undefined {
  const file = readOrNone(join(repository, "objects", sha.slice(0, 2), sha.slice(2)));
  if (!SHA.test(sha) || file === undefined) return undefined;
  const bytes = inflateSync(file);
  const end = bytes.indexOf(0);
  return { type: bytes.toString("latin1", 0, bytes.indexOf(0x20)), content: bytes.subarray(end + 1) };
}

/** The SHA that a ref has in its file or in the file of packed refs; undefined when there is no such ref. */
export function readRefFile(repository: string, ref: string): string | undefined {
  const loose = readOrNone(join(repository, ref))?.toString("latin1").trim();
  return loose || packedRefs(repository).get(ref);
}

/** Puts a ref where git would, for refs that nobody moves at the same time. */
export function writeRefFile(repository: string, ref: string, sha: string): void {
  const file = join(repository, ref);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.lock`, `${sha}\n`, { flag: "wx" });
  renameSync(`${file}.lock`, file);
}

/** All refs by name, in git's order. */
export function readRefFiles(repository: string): [ref: string, sha: string][] {
  const refs = packedRefs(repository);
  for (const entry of readdirSync(join(repository, "refs"), { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const sha = entry.isFile() && !path.endsWith(".lock") ? readOrNone(path)?.toString("latin1").trim() : undefined;
    if (sha) refs.set(path.slice(repository.length + 1), sha);
  }
  return [...refs].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** An entry of a tree: mode as git writes it (`100644`, `40000` for a folder). */
export type Entry = { readonly mode: string; readonly name: string; readonly sha: string };

/** The entries of a tree; undefined as `readLooseObject`. */
export function readLooseTree(repository: string, sha: string): Entry[] | undefined {
  const object = readLooseObject(repository, sha);
  if (object?.type !== "tree") return undefined;
  const entries: Entry[] = [];
  for (let at = 0; at < object.content.length; ) {
    const [blank, end] = [object.content.indexOf(0x20, at), object.content.indexOf(0, at)];
    const mode = object.content.toString("latin1", at, blank);
    at = end + 21;
    const name = object.content.toString("utf8", blank + 1, end);
    entries.push({ mode, name, sha: object.content.toString("hex", end + 1, at) });
  }
  return entries;
}

/** The tree and the parents of a commit; undefined as `readLooseObject`. */
export function readLooseCommit(repository: string, sha: string): { tree: string; parents: string[] } | undefined {
  const object = readLooseObject(repository, sha);
  if (object?.type !== "commit") return undefined;
  const head = object.content.toString("utf8").split("\n\n")[0]!;
  const idsOf = (name: string) => [...head.matchAll(new RegExp(`^${name} ([0-9a-f]{40})$`, "gm"))].map(([, id]) => id!);
  return { tree: idsOf("tree")[0]!, parents: idsOf("parent") };
}

/** The SHA of a file or folder of a commit; undefined when it is not there, or as `readLooseObject`. */
export function findLoose(repository: string, commit: string, path: string): string | undefined {
  let sha = readLooseCommit(repository, commit)?.tree;
  for (const part of path.split("/")) {
    const tree: Entry[] | undefined = sha === undefined ? undefined : readLooseTree(repository, sha);
    sha = tree?.find(({ name }) => name === part)?.sha;
  }
  return sha;
}

/** A commit and all before it; undefined when one of them is in a pack, or they are so many that git is faster. */
export function reachableFrom(repository: string, commit: string): Set<string> | undefined {
  const found = new Set([commit]);
  // A set is gone through with what is added to it meanwhile.
  for (const one of found) {
    const object = readLooseCommit(repository, one);
    if (object === undefined || found.size > 200) return undefined;
    for (const parent of object.parents) found.add(parent);
  }
  return found;
}

const SHA = /^[0-9a-f]{40}$/;

function packedRefs(repository: string): Map<string, string> {
  const lines = readOrNone(join(repository, "packed-refs"))?.toString("utf8").split("\n") ?? [];
  return new Map(
    lines.filter((line) => /^[0-9a-f]{40} /.test(line)).map((line) => [line.slice(41), line.slice(0, 40)]),
  );
}

function readOrNone(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
