import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { formatNotice, type Notice, noticePath } from "../letter/handover/notice.ts";
import { listFiles, readBlobs } from "../outside/git/object.ts";
import { createRepository, readHead } from "../outside/git/repository.ts";
import type { HandoverPlace } from "./handover-place.ts";

/**
 * Replaces the campaign's repository with one without a history: the files of main in one commit, with this notice among
 * them. What was refused, left out or withdrawn was only in the history, and is gone with it.
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

/** The folder in which a purge leaves what lives on. */
export function freshFolder(dataDir: string): string {
  return join(dataDir, "fresh");
}

/**
 * Writes the files of the repository that lives on into the fresh folder.
 *
 * @param notice a notice that is still to be reviewed, to be written among them
 */
export async function writeFreshRepository(
  { repository, settings }: Pick<HandoverPlace, "repository" | "settings">,
  notice: Notice | undefined,
): Promise<void> {
  const files = await readTree(repository);
  if (notice) files.set(noticePath(notice), formatNotice(notice));
  for (const [path, content] of files) {
    const file = join(freshFolder(settings.dataDir), "repository", path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
}

/** The bytes of each file of main, by path: the letter, the record with its notices, and what publishes them. */
async function readTree(repository: string): Promise<Map<string, Uint8Array | string>> {
  const files = await listFiles(repository, await readHead(repository));
  const blobs = await readBlobs(
    repository,
    files.map(({ id }) => id),
  );
  return new Map(files.map(({ path }, i) => [path, blobs[i] ?? new Uint8Array()]));
}
