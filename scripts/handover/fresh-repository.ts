import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { formatNotice, type Notice, noticePath } from "../letter/handover/notice.ts";
import type { Campaign } from "../letter/text/campaign.ts";
import { CAMPAIGN_PATH } from "../outside/git/letter-files.ts";
import { listFiles, readBlobs } from "../outside/git/object.ts";
import { replaceRepository } from "../outside/git/replaced-repository.ts";
import { readHead } from "../outside/git/repository.ts";

/**
 * Replaces the campaign's repository with one without a history: the files of main in one commit, with this notice among
 * them. What was refused, left out or withdrawn was only in the history, and is gone with it; so is the list, where only
 * the counts stay.
 *
 * `campaign.yaml` comes from this folder: accept goes by what the campaign promises now.
 */
export async function dropHistory(
  repository: string,
  { notice, day, stays }: { notice: Notice; day: string; stays: Campaign["after_purge"] },
): Promise<void> {
  const files = await readTree(repository, stays);
  files.set(noticePath(notice), formatNotice(notice));
  files.set(CAMPAIGN_PATH, await readFile(CAMPAIGN_PATH, "utf8"));
  const message = "what stays of the campaign\n";
  await replaceRepository(repository, { files, message, committer: "organisers", day });
}

/** The folder in which a purge beside GitHub leaves what lives on. */
export function freshFolder(dataDir: string): string {
  return join(dataDir, "fresh");
}

/** Writes the notice of a purge, which is still to be reviewed, to where it belongs in the fresh folder. */
export function writeFreshNotice(dataDir: string, notice: Notice): Promise<void> {
  return write(dataDir, new Map([[noticePath(notice), formatNotice(notice)]]));
}

/** Writes the files of the repository that lives on into the fresh folder: main's, without a list that is to go. */
export async function writeFreshRepository(
  repository: string,
  dataDir: string,
  stays: Campaign["after_purge"],
): Promise<void> {
  await write(dataDir, await readTree(repository, stays));
}

async function write(dataDir: string, files: ReadonlyMap<string, Uint8Array | string>): Promise<void> {
  for (const [path, content] of files) {
    const file = join(freshFolder(dataDir), "repository", path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
}

/** The files of the list, but not what keeps its folder when it is empty. */
const OF_THE_LIST = /^signatures\/accepted\/.*\.md$/;

/** The bytes of each file of main, by path: the letter, the record with its notices, and what publishes them. */
async function readTree(repository: string, stays: Campaign["after_purge"]): Promise<Map<string, Uint8Array | string>> {
  const all = await listFiles(repository, await readHead(repository));
  const files = stays === "counts" ? all.filter(({ path }) => !OF_THE_LIST.test(path)) : all;
  const blobs = await readBlobs(
    repository,
    files.map(({ id }) => id),
  );
  return new Map(files.map(({ path }, i) => [path, blobs[i] ?? new Uint8Array()]));
}
