import { open, readFile, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { LetterError } from "../../letter/bytes/error.ts";
import { wayOn } from "./damage.ts";
import { assertSha } from "./object.ts";
import { type GitResult, runGit } from "./run.ts";

/** The branch that everything published is built from. */
export const MAIN = "refs/heads/main";
/** The branches of open sheets are below it. */
export const PENDING = "refs/heads/pending";
/** The tags of handovers are below it. */
export const HANDOVERS = "refs/tags/handover";

/** The ref of a branch, as `pending/SHEET`. */
export function branchRef(branch: string): string {
  return `refs/heads/${branch}`;
}

/** The ref of a tag, as `handover/2026-12-01`. */
export function tagRef(tag: string): string {
  return `refs/tags/${tag}`;
}

/** A refspec that fetches a ref, or with `/*` at its end all below, to where it is there; it may go back too. */
export function mirrored(ref: string): string {
  return `+${ref}:${ref}`;
}

/** A move of one ref, made only if it is still where the mover saw it; undefined: it does not exist. */
export type RefMove = {
  readonly ref: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
};

/**
 * git holds a lock for milliseconds; what is this old was left by a process that was killed, and so was what is dated in the
 * future: the clock was wrong when it was made.
 */
const STALE_LOCK = 10_000;

/** The SHA a ref points to, undefined when there is no such ref. */
export async function readRef(repository: string, ref: string): Promise<string | undefined> {
  const loose = await readLooseRef(repository, ref);
  if (loose !== undefined) return loose;
  // Not rev-parse: it would go on looking under other names.
  const args = ["for-each-ref", "--format=%(objectname) %(refname)", "--", ref];
  const { stdout, said } = await runGit(repository, args);
  const found = stdout
    .toString("utf8")
    .split("\n")
    .find((line) => line.slice(41) === ref);
  // git only warns of a ref whose file a power cut has emptied. It is not one that was never there.
  const damage = found === undefined && said.includes(ref) ? wayOn(repository, said) : "";
  if (damage !== "") throw new LetterError("damaged", `${ref} cannot be read${damage}`);
  return found?.slice(0, 40);
}

/**
 * The SHA in the file of a ref, which is where git looks first; undefined where git must be asked: the ref is packed, does
 * not exist, or its file is damaged. Refs are read before almost everything else, and to start git takes longer than all the
 * rest of that.
 */
async function readLooseRef(repository: string, ref: string): Promise<string | undefined> {
  if (!REF.test(ref)) return undefined;
  const text = await readFile(join(repository, ref), "latin1").catch(() => "");
  return LOOSE.exec(text)?.[1];
}

/** Names that lead to no other file. Of one with a dot git is asked. */
const REF = /^refs\/[\w/-]+$/;
const LOOSE = /^([0-9a-f]{40})\n$/;

/**
 * The refs below a prefix (`PENDING`) that point to commits, SHA by the part behind the prefix. A ref whose object is
 * lost or damaged is one of them: the caller finds out on reading the commit, and the others can still be read.
 */
export async function listRefs(repository: string, prefix: string): Promise<Map<string, string>> {
  const list = (format: string, codes: readonly number[]) =>
    runGit(repository, ["for-each-ref", `--format=${format}`, "--", `${prefix}/`], { codes });
  const linesOf = ({ stdout }: GitResult) => stdout.toString("utf8").split("\n").filter(Boolean);
  const nameIn = (line: string, start: number) => line.slice(start + prefix.length + 1);
  const typed = await list("%(objectname) %(objecttype) %(refname)", [0, 128]);
  if (typed.code === 0) {
    const commits = linesOf(typed).filter((line) => line.startsWith("commit ", 41));
    return new Map(commits.map((line) => [nameIn(line, 48), line.slice(0, 40)]));
  }
  // With the types git ends at the first lost object. So they are asked for one by one.
  const refs = linesOf(await list("%(objectname) %(refname)", [0])).map((line): [string, string] => [
    nameIn(line, 41),
    line.slice(0, 40),
  ]);
  const others = await findOtherObjects(
    repository,
    refs.map(([, sha]) => sha),
  );
  return new Map(refs.filter(([, sha]) => !others.has(sha)));
}

/** The objects that can be read and are no commits. */
async function findOtherObjects(repository: string, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const { stdout } = await runGit(repository, ["cat-file", "--batch-check=%(objectname) %(objecttype)"], {
    input: ids.map((id) => `${id}\n`).join(""),
  });
  const lines = stdout.toString("utf8").split("\n");
  return new Set(lines.filter((line) => /^[0-9a-f]{40} (tree|blob|tag)$/.test(line)).map((line) => line.slice(0, 40)));
}

/**
 * Moves refs together, each from where it was seen (compare and swap).
 *
 * @returns false, and nothing has moved, when one of them is no longer where it was seen
 * @throws LetterError `git` when git fails for another reason
 */
export async function moveRefs(repository: string, moves: readonly RefMove[]): Promise<boolean> {
  const commands = moves.map(({ ref, from = ZERO, to = ZERO }) => {
    [from, to].forEach(assertSha);
    return `update ${ref}\0${to}\0${from}\0`;
  });
  const input = ["start\0", ...commands, "prepare\0", "commit\0"].join("");
  let said = "";
  // git waits for a lock until it is old enough to be removed: the second attempt does that.
  for (let tries = 0; tries < 2; tries++) {
    await removeStaleLocks(
      repository,
      moves.map(({ ref }) => ref),
    );
    const result = await runGit(repository, ["update-ref", "--stdin", "-z"], { input, codes: [0, 1, 128] });
    if (result.code === 0) {
      for (const { ref } of moves) await syncFolders(repository, ref);
      return true;
    }
    for (const { ref, from } of moves) if ((await readRef(repository, ref)) !== from) return false;
    said = result.said;
  }
  throw new LetterError("git", `a branch could not be moved: ${said}`);
}

const ZERO = "0".repeat(40);

/**
 * Removes what a git that was killed has left, or no later one could move these refs, or delete any that is packed. git
 * locks HEAD, too, when it moves the branch that HEAD names. It waits for a lock, but not for the draft of the packed
 * refs, which it writes while it holds their lock.
 */
export async function removeStaleLocks(repository: string, refs: readonly string[]): Promise<void> {
  for (const name of ["packed-refs.new", ...["HEAD", "packed-refs", ...refs].map((ref) => `${ref}.lock`)]) {
    const path = join(repository, name);
    const found = await stat(path).catch(() => undefined);
    if (found && Math.abs(Date.now() - found.mtimeMs) > STALE_LOCK) await rm(path, { force: true });
  }
}

/** git syncs the file of a ref, not the folders that name it: without this a power cut could undo a finished move. */
async function syncFolders(repository: string, ref: string): Promise<void> {
  for (let folder = dirname(ref); folder !== "."; folder = dirname(folder)) {
    const handle = await open(join(repository, folder)).catch(() => undefined);
    await handle?.sync();
    await handle?.close();
  }
}
