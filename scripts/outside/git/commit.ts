import { isDay } from "../../letter/bytes/day.ts";
import { LetterError } from "../../letter/bytes/error.ts";
import { assertSha } from "./object.ts";
import { runGit } from "./run.ts";

/** Who makes a commit: a part of the machinery, never a person. */
export type Committer = "form service" | "accept" | "organisers" | "review";

/** A commit to be made: the tree of the first parent with some files written or removed. */
export type NewCommit = {
  /** SHAs; none for the first commit of a repository */
  readonly parents: readonly string[];
  /** text or bytes by path; undefined removes the file */
  readonly files: ReadonlyMap<string, string | Uint8Array | undefined>;
  readonly message: string;
  readonly committer: Committer;
  /** UTC day, `YYYY-MM-DD`: a finer time would tell who signed when */
  readonly day: string;
};

/**
 * Writes a commit and its objects, and gives its SHA. No branch moves: see `moveRefs`.
 *
 * The same commit always gets the same SHA, so that a retry after a crash makes nothing new. One git process whatever
 * the number of files, and neither index nor working tree.
 *
 * @throws LetterError `git`
 */
export async function writeCommit(repository: string, commit: NewCommit): Promise<string> {
  if (!isDay(commit.day)) throw new LetterError("git", "the date of a commit is a day, YYYY-MM-DD");
  commit.parents.forEach(assertSha);
  // fast-import wants a branch while it works; deleted within the same stream, it never exists.
  const scratch = `refs/undersigned/${process.pid}-${++scratches}`;
  const who = `${committerName(commit.committer)} <${committerEmail(commit.committer)}>`;
  const when = `${Date.parse(`${commit.day}T00:00:00Z`) / 1000} +0000`;
  const [from, ...merges] = commit.parents;
  const stream = Buffer.concat([
    Buffer.from(`commit ${scratch}\nmark :1\nauthor ${who} ${when}\ncommitter ${who} ${when}\n`),
    data(commit.message),
    Buffer.from(from === undefined ? "" : `from ${from}\n`),
    ...merges.map((parent) => Buffer.from(`merge ${parent}\n`)),
    ...[...commit.files].map(([path, content]) => change(path, content)),
    Buffer.from(`\nget-mark :1\nreset ${scratch}\nfrom ${"0".repeat(40)}\n\ndone\n`),
  ]);
  const args = ["fast-import", "--quiet", "--done", "--date-format=raw"];
  const { stdout } = await runGit(repository, args, { input: stream });
  const sha = stdout.toString("utf8").trim();
  assertSha(sha);
  return sha;
}

let scratches = 0;

function committerName(committer: Committer): string {
  return `Undersigned ${committer}`;
}

/** The address by which a commit of this part is told from others. */
export function committerEmail(committer: Committer): string {
  return `${committer.replaceAll(" ", "-")}@undersigned.invalid`;
}

function change(path: string, content: string | Uint8Array | undefined): Buffer {
  // Paths of the record are plain; what would need quoting or climbs out of the tree is none of them.
  if (!/^\.?[\w-][\w.-]*(\/\.?[\w-][\w.-]*)*$/.test(path) || path.startsWith(".git/")) {
    throw new LetterError("git", "not a path of the campaign's repository");
  }
  if (content === undefined) return Buffer.from(`D ${path}\n`);
  return Buffer.concat([Buffer.from(`M 100644 inline ${path}\n`), data(content)]);
}

function data(content: string | Uint8Array): Buffer {
  const bytes = Buffer.from(content as Uint8Array);
  return Buffer.concat([Buffer.from(`data ${bytes.length}\n`), bytes, Buffer.from("\n")]);
}
