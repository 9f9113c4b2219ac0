import { assertSha } from "./object.ts";
import { type Commit, parseCommitObject } from "./reading/commit-object.ts";
import { type Change, readChanges } from "./reading/files.ts";
import { askReader } from "./reading/reader.ts";
import { runGit } from "./run.ts";

/** The most bytes of a commit that is not left to `git log`. */
const MOST_BYTES = 2 ** 20;
/** Commits that are read one by one. They are the whole history of most campaigns; of a longer one git reads the rest at once. */
const MOST_STEPS = 64;

/** The commits from this one back along first parents, newest first. */
export async function readHistory(repository: string, commit: string): Promise<Commit[]> {
  assertSha(commit);
  const known: Commit[] = [];
  let next: string | undefined = commit;
  while (next !== undefined && known.length < MOST_STEPS) {
    const one = await readObject(repository, next);
    // One that is missing here may be beyond the end of a clone: git knows.
    if (one === undefined) return logOf(repository, commit);
    known.push(one);
    [next] = one.parents;
  }
  return next === undefined ? known : [...known, ...(await logOf(repository, next))];
}

/** One commit. */
export async function readCommit(repository: string, commit: string): Promise<Commit> {
  assertSha(commit);
  const known = await readObject(repository, commit);
  if (known !== undefined) return known;
  const [one] = await logOf(repository, commit, ["-1"]);
  return one!;
}

async function readObject(repository: string, id: string): Promise<Commit | undefined> {
  const [object] = (await askReader(repository, [id], MOST_BYTES, "commit")) ?? [];
  return object?.type === "commit" ? parseCommitObject(id, object.content) : undefined;
}

async function logOf(
  repository: string,
  commit: string,
  how: readonly string[] = ["--first-parent"],
): Promise<Commit[]> {
  const args = ["log", ...how, "-z", "--no-show-signature", "--format=%H%n%P%n%ce%n%cs%n%B", commit, "--"];
  const { stdout } = await runGit(repository, args);
  return stdout.toString("utf8").split("\0").filter(Boolean).map(parseCommit);
}

/**
 * What a commit changes against a parent, file by file; a rename is a removal and an addition.
 *
 * @throws LetterError `git-output` when that is more than 4 MB of paths
 */
export async function changesIn(repository: string, parent: string, commit: string): Promise<Change[]> {
  [parent, commit].forEach(assertSha);
  const known = await readChanges(repository, parent, commit);
  if (known !== undefined) return known;
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
