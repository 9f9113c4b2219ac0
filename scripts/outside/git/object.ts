import { LetterError } from "../../letter/bytes/error.ts";
import { runGit } from "./run.ts";

/** A file of a tree: mode as git writes it (`100644`), id of its blob, size in bytes (0 for a submodule). */
export type TreeFile = {
  readonly path: string;
  readonly mode: string;
  readonly id: string;
  readonly size: number;
};

const SHA = /^[0-9a-f]{40}$/;

/** @throws LetterError `git` for anything but a full SHA: a name that begins with a hyphen must never reach git */
export function assertSha(text: string): void {
  if (!SHA.test(text)) throw new LetterError("git", "not the full SHA of a git object");
}

/**
 * All files of a commit, or those below a folder, in git's order; none when the folder is not there. Nothing is checked
 * out.
 */
export async function listFiles(repository: string, commit: string, folder?: string): Promise<TreeFile[]> {
  assertSha(commit);
  const below = folder === undefined ? [] : [`${folder}/`];
  const { stdout } = await runGit(repository, ["ls-tree", "-r", "-l", "-z", "--full-tree", commit, "--", ...below]);
  return stdout
    .toString("utf8")
    .split("\0")
    .filter(Boolean)
    .map((line) => {
      const tab = line.indexOf("\t");
      const [mode = "", , id = "", size = ""] = line.slice(0, tab).split(/ +/);
      return { path: line.slice(tab + 1), mode, id, size: Number(size) || 0 };
    });
}

/**
 * The bytes of blobs in the order of their names, read by one git process.
 *
 * @param names ids, or `COMMIT:PATH` without line feed
 * @returns undefined where there is no such blob
 */
export async function readBlobs(repository: string, names: readonly string[]): Promise<(Buffer | undefined)[]> {
  if (names.length === 0) return [];
  if (names.some((name) => /[\n\r]/.test(name))) throw new LetterError("git", "a name of an object holds a line feed");
  const { stdout } = await runGit(repository, ["cat-file", "--batch"], {
    input: names.map((name) => `${name}\n`).join(""),
  });
  let at = 0;
  return names.map(() => {
    const end = stdout.indexOf(0x0a, at);
    const [, type, size] = stdout.subarray(at, end).toString("utf8").split(" ");
    at = end + 1;
    // "NAME missing", and names that hold blanks, have no size at this place.
    if (size === undefined || !/^\d+$/.test(size)) return undefined;
    const start = at;
    at += Number(size) + 1;
    return type === "blob" ? stdout.subarray(start, at - 1) : undefined;
  });
}

/**
 * Checks that git can read anything at all in this repository, after it has failed to read something: then what failed is
 * damaged, and not the machine in trouble.
 *
 * @param commit one that must be there
 * @throws LetterError `git`
 */
export async function assertReadable(repository: string, commit: string): Promise<void> {
  assertSha(commit);
  await runGit(repository, ["ls-tree", "-r", commit]);
}

/** The size of a blob in bytes, without reading it: a blob of 100 MB must not be taken in to be refused. */
export async function sizeOfBlob(repository: string, id: string): Promise<number> {
  assertSha(id);
  const { stdout } = await runGit(repository, ["cat-file", "-s", id]);
  return Number(stdout.toString("utf8"));
}

/** The text of a file at a commit, undefined when there is none. @throws LetterError `text` when it is not UTF-8 */
export async function readText(repository: string, commit: string, path: string): Promise<string | undefined> {
  assertSha(commit);
  const [bytes] = await readBlobs(repository, [`${commit}:${path}`]);
  return bytes === undefined ? undefined : decodeText(bytes, path);
}

/** Bytes as UTF-8 text, exactly: no byte order mark is dropped, nothing malformed is replaced. */
export function decodeText(bytes: Uint8Array, where: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new LetterError("text", `${where}: not UTF-8`, { cause });
  }
}
