import { mkdtemp, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { LetterError } from "../../letter/bytes/error.ts";
import { parseMergeMessage, type Settlement, settledBy } from "../../letter/review/merge-message.ts";
import { makeFolder } from "../folder.ts";
import { committerEmail, type NewCommit, writeCommit } from "./commit.ts";
import { readHistory } from "./history.ts";
import type { MainHistory, MainLine, PendingSheets } from "./host.ts";
import { readPendingText } from "./pending-text.ts";
import type { Commit } from "./reading/commit-object.ts";
import { readRecordAt } from "./record-at.ts";
import { listRefs, MAIN, moveRefs, PENDING, readRef } from "./ref.ts";
import { runGit } from "./run.ts";

/**
 * Makes a bare repository whose main has this first commit, all at once: a process that dies on the way leaves none.
 *
 * @throws LetterError `git`
 */
export async function createRepository(repository: string, first: Omit<NewCommit, "parents">): Promise<void> {
  makeFolder(dirname(repository));
  const draft = await mkdtemp(`${repository}.`);
  const args = ["init", "--quiet", "--bare", "--template=", "--object-format=sha1", "--initial-branch=main", "--"];
  await runGit(draft, [...args, draft]);
  const commit = await writeCommit(draft, { ...first, parents: [] });
  await moveRefs(draft, [{ ref: MAIN, from: undefined, to: commit }]);
  try {
    await rename(draft, repository);
  } catch (cause) {
    await rm(draft, { recursive: true, force: true });
    // Another process was first: its repository is as good as ours.
    if (!["ENOTEMPTY", "EEXIST"].includes((cause as NodeJS.ErrnoException).code ?? "")) throw cause;
  }
  const folder = await open(dirname(repository));
  await folder.sync();
  await folder.close();
}

/** The commit that was checked out, on whatever branch or on none. @throws LetterError `git` */
export async function readCheckout(repository: string): Promise<string> {
  const { stdout } = await runGit(repository, ["rev-parse", "--verify", "HEAD^{commit}"]);
  return stdout.toString("utf8").trim();
}

/** SHA of main's commit. @throws LetterError `git` when there is none */
export async function readHead(repository: string): Promise<string> {
  const head = await readRef(repository, MAIN);
  if (head === undefined) throw new LetterError("git", "the campaign's repository has no branch main");
  return head;
}

/** Reads what main holds at this commit, and what its history settled. */
export async function readMainAt(repository: string, commit: string): Promise<MainHistory> {
  const record = await readRecordAt(repository, commit);
  return { ...(await readLineAt(repository, commit)), record };
}

/** Reads what the history of main up to this commit settled. */
export async function readLineAt(repository: string, commit: string): Promise<MainLine> {
  const history = await readHistory(repository, commit);
  const settlements = history.flatMap(settlementOf);
  return {
    commit,
    settled: settledBy(settlements.map(([, settlement]) => settlement)),
    day: history[0]?.day ?? "",
    began: history.at(-1)?.day ?? "",
    line: new Set(history.map(({ id }) => id)),
    merged: new Map(settlements.flatMap(([{ parents }, settlement]) => parents.slice(1).map((id) => [id, settlement]))),
  };
}

/**
 * Returns the commit with its settlement, or nothing. Only accept's own commits on main settle anything: a reviewed
 * commit, second parent, can say what it likes.
 */
export function settlementOf(commit: Commit): [Commit, Settlement][] {
  if (commit.committerEmail !== committerEmail("accept")) return [];
  const settlement = parseMergeMessage(commit.message);
  return settlement === undefined ? [] : [[commit, settlement]];
}

/**
 * The texts of the sheets on the branches `pending/*`, and the messages they were filed with, by the ends of their names.
 * Branches that accept cannot read are left out: a sheet on one would wait for ever.
 *
 * @param only which branches to read
 * @param damaged whether a branch whose objects are lost or damaged is left out too
 * @throws LetterError `damaged` where it is not, `git` when git fails
 */
export async function readPendingSheets(
  repository: string,
  only: (sheet: string) => boolean = () => true,
  damaged: "leave out" | "throw" = "leave out",
): Promise<PendingSheets> {
  const passedOver = ["validate", "text", ...(damaged === "throw" ? [] : ["damaged"])];
  const sheets = new Map<string, { text: string; message: string }>();
  const branches = new Map([...(await listRefs(repository, PENDING))].filter(([sheet]) => only(sheet)));
  // Main after the branches: each of them was made on what main was before.
  const history = branches.size > 0 ? await readHistory(repository, await readHead(repository)) : [];
  const main = { line: new Set(history.map(({ id }) => id)) };
  for (const [sheet, commit] of branches) {
    const read = await readPendingText(repository, main, { sheet, commit }).catch((cause) => {
      // A branch that breaks a rule is somebody's; a repository that cannot be read says nothing about a sheet.
      if (cause instanceof LetterError && passedOver.includes(cause.code)) return undefined;
      throw cause;
    });
    if (read) sheets.set(sheet, { text: read.text, message: read.message });
  }
  return sheets;
}
