import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { LetterError } from "../../letter/bytes/error.ts";
import { makeFolder } from "../folder.ts";
import { environmentOf, runGit } from "./run.ts";

/** A repository elsewhere, over HTTP. */
export type Remote = { readonly url: string; readonly token: string };

/** What must not depend on the machine, as in `runGit`; of all protocols this one command may use HTTP. */
const CONFIG = {
  "core.fsync": "all",
  "core.hooksPath": "/dev/null",
  "credential.helper": "",
  "fetch.fsckObjects": "true",
  "gc.auto": "0",
  "http.followRedirects": "false",
  "maintenance.auto": "false",
  "protocol.allow": "never",
  "protocol.http.allow": "always",
  "protocol.https.allow": "always",
  "safe.directory": "*",
};
const PATIENCE = 120_000;

/** Makes an empty bare repository where there is none, all at once. */
export async function makeMirror(folder: string): Promise<void> {
  if (existsSync(folder)) return;
  const draft = `${folder}.${process.pid}`;
  makeFolder(dirname(folder));
  await rm(draft, { recursive: true, force: true });
  const args = ["init", "--quiet", "--bare", "--template=", "--object-format=sha1", "--initial-branch=main", "--"];
  await runGit(draft, [...args, draft]);
  await rename(draft, folder).catch(async (cause) => {
    await rm(draft, { recursive: true, force: true });
    if (!existsSync(folder)) throw cause;
  });
}

/**
 * Brings a bare repository's refs to where they stand elsewhere; what is gone there goes here.
 *
 * @param refspecs as git writes them: `+refs/heads/main:refs/heads/main`
 * @throws LetterError `git`; neither address nor token in its message
 */
export async function fetchRefs(repository: string, remote: Remote, refspecs: readonly string[]): Promise<void> {
  const args = ["fetch", "--quiet", "--no-tags", "--prune", "--no-write-fetch-head", "--no-recurse-submodules"];
  const child = spawn("git", ["--git-dir", repository, ...args, "--", remote.url, ...refspecs], {
    env: remoteEnvironment(remote.token),
    stdio: ["ignore", "ignore", "pipe"],
    timeout: PATIENCE,
    killSignal: "SIGKILL",
  });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => {
    said = (said + chunk.toString("utf8")).slice(0, 4000);
  });
  const code = await new Promise<number | null>((resolve, reject) => child.on("error", reject).on("close", resolve));
  if (code === 0) return;
  const reason = /The requested URL returned error: (\d+)/.exec(said)?.[1] ?? "no answer";
  throw new LetterError("git", `main could not be fetched (${reason}): try again later`, { cause: new Error(said) });
}

/** The environment of a git command that talks to another machine; the token stands in it alone. */
export function remoteEnvironment(token: string): NodeJS.ProcessEnv {
  // In the environment, not among the arguments: those can be read by everyone on the machine.
  const authorization = Buffer.from(`x-access-token:${token}`).toString("base64");
  return environmentOf({ ...CONFIG, "http.extraHeader": `Authorization: Basic ${authorization}` });
}
