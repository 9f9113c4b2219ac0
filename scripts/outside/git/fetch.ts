import { existsSync } from "node:fs";
import { readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { makeFolder } from "../folder.ts";
import { removeStaleLocks } from "./ref.ts";
import { type Remote, runGit } from "./run.ts";

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
 * Makes the refs of a bare repository equal to those of a remote; refs that are gone there are deleted.
 *
 * @param what names in messages what is fetched: `main`, `the pending sheets`
 * @param refspecs as git writes them: `+refs/heads/main:refs/heads/main`
 * @throws LetterError `git`; neither address nor token in its message
 */
export async function fetchRefs(
  repository: string,
  remote: Remote,
  what: string,
  refspecs: readonly string[],
): Promise<void> {
  await removeStaleLocks(repository, await lockedRefs(repository));
  const args = ["fetch", "--quiet", "--no-tags", "--prune", "--no-write-fetch-head", "--no-recurse-submodules"];
  await runGit(repository, [...args, "--", remote.url, ...refspecs], {
    remote: { token: remote.token, failure: `${what} could not be fetched` },
  });
}

/** The refs with a lock file. A fetch is killed when its time is up, and a lock that it leaves would stop all later ones. */
async function lockedRefs(repository: string): Promise<string[]> {
  const names = await readdir(join(repository, "refs"), { recursive: true });
  return names.flatMap((name) => (name.endsWith(".lock") ? [`refs/${name.slice(0, -".lock".length)}`] : []));
}
