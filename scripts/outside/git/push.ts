import { assertSha } from "./object.ts";
import type { RefMove } from "./ref.ts";
import { type Remote, runGit } from "./run.ts";

/**
 * Returns the refs of a remote repository that match these patterns, SHA by full name.
 *
 * @param repository a repository on this machine; it need not exist yet, and git reads nothing in it
 * @throws LetterError `git`
 */
export async function listRemoteRefs(
  repository: string,
  remote: Remote,
  patterns: readonly string[],
): Promise<Map<string, string>> {
  const { stdout } = await runGit(repository, ["ls-remote", "--refs", "--", remote.url, ...patterns], {
    remote: { token: remote.token, failure: "the branches could not be listed" },
  });
  return new Map(
    stdout
      .toString("utf8")
      .split("\n")
      .filter(Boolean)
      .map((line): [string, string] => [line.slice(41), line.slice(0, 40)]),
  );
}

/**
 * Moves a ref of a remote repository if it is still where it was seen (compare and swap), and sends the objects.
 *
 * The lease is what protects the ref: with it, git also takes a commit that is not a descendant. On main the ruleset
 * refuses that besides, and every commit that is sent there has `from` as its parent.
 *
 * @param move `to` undefined deletes the ref
 * @returns false, and nothing has moved, if the ref is elsewhere
 * @throws LetterError `push-refused` if a rule or a missing permission forbids it, `git` if the connection broke; the ref
 *   has not moved
 */
export async function pushRef(repository: string, remote: Remote, move: RefMove): Promise<boolean> {
  return (await push(repository, remote, move)) !== "elsewhere";
}

/**
 * Creates a ref of a remote repository, and sends the objects.
 *
 * @returns `moved` if it was created; `found` if it is at this commit already, perhaps because the answer to an earlier push was lost;
 *   `elsewhere`, and nothing has moved, if it is at another commit
 * @throws LetterError as `pushRef`
 */
export function createRef(repository: string, remote: Remote, ref: string, commit: string): Promise<Pushed> {
  return push(repository, remote, { ref, from: undefined, to: commit });
}

type Pushed = "moved" | "found" | "elsewhere";

async function push(repository: string, remote: Remote, { ref, from, to }: RefMove): Promise<Pushed> {
  for (const sha of [from, to]) if (sha !== undefined) assertSha(sha);
  const args = ["push", "--porcelain", "--no-verify", "--recurse-submodules=no"];
  const lease = `--force-with-lease=${ref}:${from ?? ""}`;
  try {
    const { stdout } = await runGit(repository, [...args, lease, "--", remote.url, `${to ?? ""}:${ref}`], {
      remote: { token: remote.token, failure: "a branch could not be moved" },
    });
    // A ref that is at this commit already is a success for git, whatever the lease.
    return /^=\t/m.test(stdout.toString("utf8")) ? "found" : "moved";
  } catch (cause) {
    // The answer may have been lost after the work was done: the ref decides.
    const current = (await listRemoteRefs(repository, remote, [ref])).get(ref);
    if (current === to) return "found";
    if (current !== from) return "elsewhere";
    throw cause;
  }
}
