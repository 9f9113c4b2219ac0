import { LetterError } from "../../letter/bytes/error.ts";
import { readFiles, type TreeFile } from "./reading/files.ts";
import { askReader } from "./reading/reader.ts";
import { runGit } from "./run.ts";

/** The most bytes that are read at once, as of a command of git. */
const MOST = 512 * 2 ** 20;

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
  const known = await readFiles(repository, `${commit}:${folder ?? ""}`);
  if (known !== undefined) return known;
  const below = folder === undefined ? [] : [`${folder}/`];
  const { stdout } = await runGit(repository, ["ls-tree", "-r", "-z", "--full-tree", commit, "--", ...below]);
  return stdout
    .toString("utf8")
    .split("\0")
    .filter(Boolean)
    .map((line) => {
      const tab = line.indexOf("\t");
      const [mode = "", , id = ""] = line.slice(0, tab).split(" ");
      return { path: line.slice(tab + 1), mode, id };
    });
}

/**
 * The bytes of blobs in the order of their names.
 *
 * @param names ids, or `COMMIT:PATH` without line feed
 * @returns undefined where there is no such blob
 */
export async function readBlobs(repository: string, names: readonly string[]): Promise<(Buffer | undefined)[]> {
  if (names.length === 0) return [];
  if (names.some((name) => /[\n\r]/.test(name))) throw new LetterError("git", "a name of an object holds a line feed");
  const known = await askReader(repository, names, MOST);
  if (known !== undefined) return known.map((object) => (object?.type === "blob" ? object.content : undefined));
  const { stdout } = await runGit(repository, ["cat-file", "--batch"], {
    input: names.map((name) => `${name}\n`).join(""),
    limit: MOST,
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
 * The bytes of a blob of at most so many. A longer one is not taken in: a blob of 100 MB must not be, to be refused.
 *
 * @returns undefined when it is longer
 * @throws LetterError `git` when it cannot be read
 */
export async function readShortBlob(repository: string, id: string, most: number): Promise<Buffer | undefined> {
  assertSha(id);
  const [known] = (await askReader(repository, [id], most)) ?? [];
  if (known?.type === "blob") return known.content;
  const { stdout } = await runGit(repository, ["cat-file", "-s", id]);
  if (Number(stdout.toString("utf8")) > most) return undefined;
  const [bytes] = await readBlobs(repository, [id]);
  if (bytes === undefined) throw new LetterError("git", "a blob cannot be read");
  return bytes;
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
