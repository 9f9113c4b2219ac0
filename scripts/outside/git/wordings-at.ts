import { LetterError } from "../../letter/bytes/error.ts";
import { bearsOnWordings, type Wording, wordingsOf } from "../../letter/handover/wordings.ts";
import { isShallow, readFolderHistory } from "./folder-history.ts";
import { readLedgerDays } from "./ledger-days.ts";
import { readBlobs } from "./object.ts";

/** What people agreed to and were told, from the beginning of main's history to a commit. */
export type Wordings = {
  readonly wordings: readonly Wording[];
  /** the day on which the ledger began; undefined when the history begins later, so that older wordings are missing */
  readonly since: string | undefined;
};

/**
 * Reads every wording that main had up to this commit, from git objects: nothing of an older commit is run.
 *
 * @throws LetterError `git` when this clone lacks a part of the history: it would give other wordings than a whole one
 */
export async function readWordingsAt(repository: string, commit: string): Promise<Wordings> {
  if (await isShallow(repository))
    throw new LetterError(
      "git",
      "this clone lacks older commits, from which the wordings are read that people agreed to: git fetch --unshallow",
    );
  const changes = await readFolderHistory(repository, commit, "content");
  const told = changes.map(({ day, files }) => ({ day, files: [...files].filter(([path]) => bearsOnWordings(path)) }));
  const ids = [...new Set(told.flatMap(({ files }) => files.flatMap(([, id]) => id ?? [])))];
  const blobs = await readBlobs(repository, ids);
  const texts = new Map(ids.map((id, i) => [id, blobs[i]]));
  const textOf = (path: string, id: string) => {
    const bytes = texts.get(id);
    if (bytes) return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
    throw new LetterError("git", `an older ${path} is missing in this clone: clone the repository whole`);
  };
  const wordings = wordingsOf(
    told.map(({ day, files }) => ({
      day,
      files: new Map(files.map(([path, id]) => [path, id === undefined ? undefined : textOf(path, id)])),
    })),
  );
  return { wordings, since: (await readLedgerDays(repository, commit))[0]?.day };
}
