import { existsSync } from "node:fs";
import { open, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { NewCommit } from "./commit.ts";
import { endReader } from "./reading/reader.ts";
import { createRepository } from "./repository.ts";

/**
 * Puts a repository with this one commit in the place of another, whose history is removed. No call of the system
 * exchanges two folders, so for a moment there is none at `repository`: a process that dies then leaves the old one and
 * the new one beside it, and `finishReplacement` goes on from there.
 *
 * @throws LetterError `git`
 */
export async function replaceRepository(repository: string, first: Omit<NewCommit, "parents">): Promise<void> {
  const { fresh, old } = beside(repository);
  for (const path of [fresh, old]) await rm(path, { recursive: true, force: true });
  await createRepository(fresh, first);
  await rename(repository, old);
  // Files that are held open stay on the disk.
  await endReader(repository);
  await finishReplacement(repository);
  await rm(old, { recursive: true, force: true });
}

/** Moves the new repository to its place, where a replacement was cut between taking the old one away and that. */
export async function finishReplacement(repository: string): Promise<void> {
  const { fresh, old } = beside(repository);
  if (existsSync(repository) || !existsSync(fresh) || !existsSync(old)) return;
  await rename(fresh, repository).catch((cause) => {
    // Another command has just done it.
    if (!existsSync(repository)) throw cause;
  });
  const folder = await open(dirname(repository));
  await folder.sync();
  await folder.close();
}

/**
 * The folders that processes which died have left beside a repository: a replacement, a restoration or a clone that was
 * cut. Each may hold rows that are nowhere else any more.
 */
export async function leftBeside(repository: string): Promise<string[]> {
  const start = `${basename(repository)}.`;
  const names = await readdir(dirname(repository)).catch(() => []);
  return names.filter((name) => name.startsWith(start)).map((name) => join(dirname(repository), name));
}

function beside(repository: string): { fresh: string; old: string } {
  return { fresh: `${repository}.fresh`, old: `${repository}.old` };
}
