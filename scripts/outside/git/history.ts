import { assertSha } from "./object.ts";
import { runGit } from "./run.ts";

/** A commit as far as anything depends on it. */
export type Commit = {
  readonly id: string;
  readonly parents: readonly string[];
  readonly committerEmail: string;
  /** the committer's day, `YYYY-MM-DD` */
  readonly day: string;
  readonly message: string;
};

/** A file that a commit changes against its parent; ids and modes are zeros where there is no file. */
export type Change = {
  readonly path: string;
  readonly status: string;
  readonly oldMode: string;
  readonly mode: string;
  readonly id: string;
};

/** The commits from this one back along first parents, newest first. */
export async function readHistory(repository: string, commit: string): Promise<Commit[]> {
  assertSha(commit);
  const args = ["log", "--first-parent", "-z", "--no-show-signature", "--format=%H%n%P%n%ce%n%cs%n%B", commit, "--"];
  const { stdout } = await runGit(repository, args);
  return stdout.toString("utf8").split("\0").filter(Boolean).map(parseCommit);
}

/** One commit. */
export async function readCommit(repository: string, commit: string): Promise<Commit> {
  assertSha(commit);
  const args = ["log", "-1", "-z", "--no-show-signature", "--format=%H%n%P%n%ce%n%cs%n%B", commit, "--"];
  const { stdout } = await runGit(repository, args);
  return parseCommit(stdout.toString("utf8").replace(/\0$/, ""));
}

/**
 * What a commit changes against a parent, file by file; a rename is a removal and an addition.
 *
 * @throws LetterError `git-output` when that is more than 4 MB of paths
 */
export async function changesIn(repository: string, parent: string, commit: string): Promise<Change[]> {
  [parent, commit].forEach(assertSha);
  const args = ["diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-ext-diff", "--no-textconv", "--full-index"];
  const { stdout } = await runGit(repository, [...args, parent, commit, "--"], { limit: 4 * 2 ** 20 });
  const parts = stdout.toString("utf8").split("\0");
  const changes: Change[] = [];
  for (let i = 0; i + 1 < parts.length; i += 2) {
    const [oldMode = "", mode = "", , id = "", status = ""] = parts[i]!.replace(/^:/, "").split(" ");
    changes.push({ path: parts[i + 1]!, status, oldMode, mode, id });
  }
  return changes;
}

function parseCommit(text: string): Commit {
  const [id = "", parents = "", committerEmail = "", day = "", ...message] = text.split("\n");
  return { id, parents: parents.split(" ").filter(Boolean), committerEmail, day, message: message.join("\n") };
}
