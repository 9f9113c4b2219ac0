import { rename, rm } from "node:fs/promises";
import { formatNotice, type Notice, noticePath } from "../letter/handover/notice.ts";
import { listFiles, readBlobs } from "../outside/git/object.ts";
import { createRepository, readHead } from "../outside/git/repository.ts";

/**
 * Puts a repository without a past in the place of the campaign's: the files of main in one commit, with this notice
 * among them. What was refused, left out or withdrawn stood in the history alone, and is gone with it.
 */
export async function replaceRepository(repository: string, notice: Notice, day: string): Promise<void> {
  const files = await readTree(repository);
  files.set(noticePath(notice), formatNotice(notice));
  const fresh = `${repository}.fresh`;
  await rm(fresh, { recursive: true, force: true });
  await createRepository(fresh, { files, message: "what stays of the campaign\n", committer: "organisers", day });
  const old = `${repository}.old`;
  await rm(old, { recursive: true, force: true });
  await rename(repository, old);
  await rename(fresh, repository);
  await rm(old, { recursive: true, force: true });
}

/** The bytes of each file of main, by path: the letter, the record with its notices, and what publishes them. */
export async function readTree(repository: string): Promise<Map<string, Uint8Array | string>> {
  const files = await listFiles(repository, await readHead(repository));
  const blobs = await readBlobs(
    repository,
    files.map(({ id }) => id),
  );
  return new Map(files.map(({ path }, i) => [path, blobs[i] ?? new Uint8Array()]));
}
