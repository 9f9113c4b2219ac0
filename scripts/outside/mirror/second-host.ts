import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dayAfter, isDay } from "../../letter/bytes/day.ts";
import { LetterError } from "../../letter/bytes/error.ts";
import { type BackupNote, forgetBackup, noteBackup, readBackupList } from "../backup-list.ts";
import { writeCommit } from "../git/commit.ts";
import { makeMirror } from "../git/fetch.ts";
import { listRemoteRefs, pushRef } from "../git/push.ts";
import { branchRef, MAIN } from "../git/ref.ts";
import type { Remote } from "../git/run.ts";

/** Branches of the copies at another host, one a day: `mirror/2026-11-29`. */
const COPIES = branchRef("mirror");

/** Bytes of one file there: hosts refuse files of more than 100 MB, and some of more than 50. */
const PART = 40 * 2 ** 20;

/**
 * Pushes a sealed copy to another host, as a branch of one commit with no parent, and lists it as a backup first. It is
 * cut into files `mirror-000.age`, `mirror-001.age` …, which one after the other are the sealed file.
 *
 * @param seal writes the sealed file to this path
 * @param note what is listed of it
 */
export async function pushCopy(
  remote: Remote,
  seal: (path: string) => Promise<void>,
  { dataDir, note }: { dataDir: string; note: Omit<BackupNote, "path"> },
): Promise<void> {
  await withScratch(async (folder, repository) => {
    const there = await listRemoteRefs(repository, remote, [MAIN, `${COPIES}/*`]).catch((cause) => {
      // A wrong token and a host that is away look alike to git.
      const way = "see that its address is right, that it answers, and that the token of --token may push there";
      throw new LetterError("mirror", `the second host does not tell its branches: ${way}`, { cause });
    });
    if (!there.has(MAIN))
      throw new LetterError(
        "mirror",
        "the repository there has no branch main: make it with a README, because most hosts let nobody delete the first branch",
      );
    const sealed = join(folder, "mirror.age");
    await seal(sealed);
    const files = partsOf(await readFile(sealed));
    const message = "a sealed copy\n";
    const to = await writeCommit(repository, { parents: [], files, message, committer: "form service", day: note.day });
    await noteBackup(dataDir, { path: pathOf(remote, note.day), elsewhere: true, ...note });
    const ref = `${COPIES}/${note.day}`;
    if (await pushRef(repository, remote, { ref, from: there.get(ref), to })) return;
    throw new LetterError("mirror", "another program has just pushed a copy there: try again");
  });
}

/**
 * Deletes the copies at another host that are as old as `days`, and takes off the list what is there no more.
 *
 * @param today UTC day
 * @returns the days of those that were deleted
 */
export async function deleteOldCopies(
  remote: Remote,
  days: number,
  { dataDir, today }: { dataDir: string; today: string },
): Promise<string[]> {
  return withScratch(async (_, repository) => {
    const there = new Map(
      [...(await listRemoteRefs(repository, remote, [`${COPIES}/*`]))].map(([ref, commit]) => [
        ref.slice(COPIES.length + 1),
        commit,
      ]),
    );
    const old = [...there.keys()].filter((day) => isDay(day) && dayAfter(day, days) <= today).sort();
    for (const day of old) {
      if (await pushRef(repository, remote, { ref: `${COPIES}/${day}`, from: there.get(day), to: undefined }))
        there.delete(day);
    }
    for (const { path, day } of await readBackupList(dataDir))
      if (path === pathOf(remote, day) && !there.has(day)) await forgetBackup(dataDir, path);
    return old.filter((day) => !there.has(day)).map((day) => pathOf(remote, day));
  });
}

/** The name of a copy in the list of backups. */
function pathOf({ url }: Remote, day: string): string {
  return `${url}#mirror/${day}`;
}

function partsOf(sealed: Buffer): Map<string, Uint8Array> {
  const count = Math.ceil(sealed.length / PART);
  return new Map(
    Array.from({ length: count }, (_, i) => [
      `mirror-${String(i).padStart(3, "0")}.age`,
      sealed.subarray(i * PART, (i + 1) * PART),
    ]),
  );
}

/** A repository of a moment: what is pushed from it shares nothing with the campaign's own. */
async function withScratch<T>(use: (folder: string, repository: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "undersigned-mirror-"));
  try {
    const repository = join(folder, "scratch.git");
    await makeMirror(repository);
    return await use(folder, repository);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
