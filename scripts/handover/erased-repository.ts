import { rmSync } from "node:fs";
import { LetterError } from "../letter/bytes/error.ts";
import { eraseRows } from "../letter/handover/erasure.ts";
import { readRecordAt } from "../outside/git/record-at.ts";
import { MAIN, PENDING, readRef } from "../outside/git/ref.ts";
import { rewriteHistory } from "../outside/git/rewrite.ts";
import { runGit } from "../outside/git/run.ts";

/** Where rows are, on main and on the branches of sheets. The documents have examples that must stay. */
const ROWS = /^signatures\/(pending|accepted)\//;

/** What was erased: the new commit of main, and how many rows in how many versions of files. */
export type Erased = { readonly main: string; readonly versions: number; readonly erased: number };

/**
 * Writes a campaign's repository again without the rows that are not on the list any more; ledger and list stay the same.
 *
 * @param to a folder that is not there yet; nothing is left of it when anything fails
 * @throws LetterError `erase` when a sheet is open, or main's record would be another
 */
export async function eraseRepository(from: string, to: string): Promise<Erased> {
  const refs = ["for-each-ref", "--format=%(refname)", `${PENDING}/`];
  const { stdout } = await runGit(from, refs).catch((cause) => {
    throw new LetterError("erase", "the first folder is no git repository that can be read", { cause });
  });
  if (stdout.length > 0)
    throw new LetterError(
      "erase",
      "a sheet is open: have it accepted or rejected first, its branch would be another then",
    );
  const record = await recordOf(from);
  const live = new Set(record.rows.map(({ opening }) => opening));
  let [versions, erased] = [0, 0];
  const change = (file: Uint8Array, paths: readonly string[]) => {
    if (!paths.some((path) => ROWS.test(path))) return file;
    const found = eraseRows(Buffer.from(file).toString("utf8"), live);
    if (found.erased === 0) return file;
    versions++;
    erased += found.erased;
    return Buffer.from(found.text, "utf8");
  };
  try {
    await rewriteHistory(from, to, change);
    const after = await recordOf(to);
    if (
      JSON.stringify([after.entries, after.rows, after.checkpoint]) !==
      JSON.stringify([record.entries, record.rows, record.checkpoint])
    )
      throw new LetterError("erase", "main's record came out another: nothing was changed, report this");
    // What left the list is in no file of main, so all of them must be the same.
    if ((await treeOf(to)) !== (await treeOf(from)))
      throw new LetterError("erase", "a file of main came out another: nothing was changed, report this");
    return { main: (await readRef(to, MAIN))!, versions, erased };
  } catch (cause) {
    rmSync(to, { recursive: true, force: true });
    throw cause;
  }
}

async function recordOf(repository: string) {
  const main = await readRef(repository, MAIN);
  if (main === undefined) throw new LetterError("erase", "there is no branch main in it: name a campaign's repository");
  return readRecordAt(repository, main);
}

async function treeOf(repository: string): Promise<string> {
  return (await runGit(repository, ["rev-parse", `${MAIN}^{tree}`])).stdout.toString("utf8");
}

/** Says what was erased, and what is left to do. */
export function formatErased({ main, versions, erased }: Erased): string {
  return [
    `erased ${erased} rows in ${versions} versions of files; main is now ${main}`,
    "every file of main is the same, byte for byte, the list and the ledger among them",
    "the old repository is still there, and so are its clones: .github/erasing.md says what to do with them",
  ].join("\n");
}
