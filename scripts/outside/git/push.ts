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
 * Never a forced push: besides the lease, git itself refuses a commit that is not a descendant.
 *
 * @param move `to` undefined deletes the ref
 * @returns false, and nothing has moved, if the ref is elsewhere
 * @throws LetterError `git` if the ref has not moved because a rule refused it or the connection broke
 */
export async function pushRef(repository: string, remote: Remote, { ref, from, to }: RefMove): Promise<boolean> {
  for (const sha of [from, to]) if (sha !== undefined) assertSha(sha);
  const args = ["push", "--quiet", "--porcelain", "--no-verify", "--recurse-submodules=no"];
  const lease = `--force-with-lease=${ref}:${from ?? ""}`;
  try {
    await runGit(repository, [...args, lease, "--", remote.url, `${to ?? ""}:${ref}`], {
      remote: { token: remote.token, failure: "a branch could not be moved" },
    });
    return true;
  } catch (cause) {
    // The answer may have been lost after the work was done: the ref decides.
    const current = (await listRemoteRefs(repository, remote, [ref])).get(ref);
    if (current === to) return true;
    if (current !== from) return false;
    throw cause;
  }
}
