import { spawn } from "node:child_process";
import { LetterError } from "../../letter/bytes/error.ts";
import { type Remote, remoteEnvironment } from "./fetch.ts";
import { assertSha } from "./object.ts";
import type { RefMove } from "./ref.ts";

const PATIENCE = 120_000;

/** The refs of a repository elsewhere that match these patterns, SHA by full name. @throws LetterError `git` */
export async function listRemoteRefs(remote: Remote, patterns: readonly string[]): Promise<Map<string, string>> {
  const { code, stdout, said } = await run(remote, ["ls-remote", "--refs", "--", remote.url, ...patterns]);
  if (code !== 0) throw failure("the branches could not be listed", said);
  return new Map(
    stdout
      .split("\n")
      .filter(Boolean)
      .map((line): [string, string] => [line.slice(41), line.slice(0, 40)]),
  );
}

/**
 * Moves a ref of a repository elsewhere if it still stands where it was seen (compare and swap); objects come along.
 *
 * Never a forced push: besides the lease, git itself refuses what is not a descendant.
 *
 * @param move `to` undefined takes the ref away
 * @returns false, and nothing has moved, when the ref stands elsewhere
 * @throws LetterError `git` when it stands where it stood and a rule or the line was in the way
 */
export async function pushRef(repository: string, remote: Remote, { ref, from, to }: RefMove): Promise<boolean> {
  for (const sha of [from, to]) if (sha !== undefined) assertSha(sha);
  const args = ["push", "--quiet", "--porcelain", "--no-verify", "--recurse-submodules=no"];
  const lease = `--force-with-lease=${ref}:${from ?? ""}`;
  const { code, said } = await run(remote, [...args, lease, "--", remote.url, `${to ?? ""}:${ref}`], repository);
  if (code === 0) return true;
  // The answer may have been lost after the work was done: what stands there decides.
  const stands = (await listRemoteRefs(remote, [ref])).get(ref);
  if (stands === to) return true;
  if (stands !== from) return false;
  throw failure("a branch could not be moved", said);
}

type Ran = { readonly code: number | null; readonly stdout: string; readonly said: string };

async function run(remote: Remote, args: readonly string[], repository?: string): Promise<Ran> {
  const place = repository === undefined ? [] : ["--git-dir", repository];
  const child = spawn("git", [...place, ...args], {
    env: remoteEnvironment(remote.token),
    stdio: ["ignore", "pipe", "pipe"],
    timeout: PATIENCE,
    killSignal: "SIGKILL",
  });
  const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
  const code = await new Promise<number | null>((resolve, reject) => child.on("error", reject).on("close", resolve));
  return { code, stdout: Buffer.concat(stdout).toString("utf8"), said: Buffer.concat(stderr).toString("utf8") };
}

/** A rule says in GitHub's words why; an address or a token never gets into the message. */
function failure(what: string, said: string): LetterError {
  const status = /The requested URL returned error: (\d+)/.exec(said)?.[1];
  const rule = /\b(GH\d{3}): ([\w .,'-]{1,100})/.exec(said)?.[0];
  const reason = rule ?? status ?? "no answer";
  return new LetterError("git", `${what} (${reason})`, { cause: new Error(said) });
}
