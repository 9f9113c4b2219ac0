import { existsSync } from "node:fs";
import { join } from "node:path";
import { LetterError } from "../../letter/bytes/error.ts";
import type { ReviewAct } from "../../letter/review/moderation.ts";
import { MODERATORS_PATH } from "../../letter/review/moderators.ts";
import { sheetBranch, sheetPath } from "../../letter/signature/sheet.ts";
import { writeCommit } from "./commit.ts";
import type { AcceptHost, Filing, GitHost, MainHistory, OpenSheet } from "./host.ts";
import { readFirstFilesIn } from "./letter-files.ts";
import { readText } from "./object.ts";
import { branchRef, listRefs, MAIN, moveRefs, PENDING, readRef } from "./ref.ts";
import { createRepository, readHead, readLineAt, readMainAt, readPendingSheets } from "./repository.ts";
import { appendReview, readReviews } from "./review-chain.ts";

/** A campaign's repository on this machine, with what GitHub's pages do there. */
export type LocalGitHost = Omit<GitHost, "readMain"> &
  Omit<AcceptHost, "openSheets"> & {
    readMain(): Promise<MainHistory>;
    openSheets(): Promise<OpenSheet[]>;
    /** the refs as one text: the same as long as nothing is filed, reviewed or merged */
    refs(): Promise<string>;
    /** records what a moderator says about a sheet; it counts from then on */
    review(sheet: string, act: ReviewAct, day: string): Promise<void>;
    /** a change of text or notices, reviewed by the person who runs the command; false if main has it already */
    commitText(files: ReadonlyMap<string, string>, day: string, message?: string): Promise<boolean>;
  };

/** The one moderator of a local campaign. */
export const LOCAL_MODERATOR = 1;

const sheetRef = (sheet: string) => branchRef(sheetBranch(sheet));
// Stays when the branch goes, as a pull request does: by it a late retry of a filing sees that it was done.
const proposalRef = (sheet: string) => `refs/proposals/${sheet}`;

/** The repository of a data folder. */
export function campaignRepository(dataDir: string): string {
  return join(dataDir, "campaign.git");
}

/**
 * The git host of a bare repository; the repository is made when it is missing.
 *
 * @param first the working folder whose letter and `signatures/README.md` make the first commit, and its UTC day; not
 *   looked at later
 * @throws LetterError `git`
 */
export async function openLocalGitHost(
  repository: string,
  first: { readonly folder: string; readonly day: string },
): Promise<LocalGitHost> {
  if (!existsSync(repository)) {
    const files = new Map([...(await readFirstFilesIn(first.folder)), ...emptyRecord()]);
    const message = "begin a campaign\n";
    await createRepository(repository, { files, message, committer: "organisers", day: first.day });
  }
  let known: MainHistory | undefined;
  const readMain = async () => {
    const head = await readHead(repository);
    if (known?.commit !== head) known = await readMainAt(repository, head);
    return known;
  };
  return {
    repository,
    head: () => readHead(repository),
    readMain,
    async readLine(known) {
      const head = await readHead(repository);
      return known?.commit === head ? known : readLineAt(repository, head);
    },
    file: (filing) => fileSheet(repository, filing),
    openSheets: () => readOpenSheets(repository),
    pendingBranches: () => listRefs(repository, PENDING),
    pendingSheets: (only) => readPendingSheets(repository, only),
    undecidable: () => findUndecidable(repository),
    moveMain: (from, to) => moveRefs(repository, [{ ref: MAIN, from, to }]),
    closeSheet: async ({ sheet, commit }) => {
      await moveRefs(repository, [{ ref: sheetRef(sheet), from: commit, to: undefined }]);
    },
    refs: async () => [...(await listRefs(repository, "refs"))].join("\n"),
    review: (sheet, act, day) => appendReview(repository, sheet, act, day),
    commitText: (files, day, message = "change the letter\n") => commitText(repository, files, { day, message }),
  };
}

function emptyRecord(): [string, string][] {
  const folders = ["pending", "accepted", "ledger", "notices"].map((name): [string, string] => [
    `signatures/${name}/.gitkeep`,
    "",
  ]);
  return [...folders, [MODERATORS_PATH, `approvals: 1\nmoderators:\n  - ${LOCAL_MODERATOR}\n`]];
}

async function fileSheet(repository: string, filing: Filing): Promise<void> {
  const { sheet, text, base, message, day } = filing;
  const files = new Map([[sheetPath(sheet), text]]);
  const commit = await writeCommit(repository, { parents: [base], files, message, committer: "form service", day });
  const created = await moveRefs(repository, [
    { ref: proposalRef(sheet), from: undefined, to: commit },
    { ref: sheetRef(sheet), from: undefined, to: commit },
  ]);
  if (created) return;
  const [proposal, branch] = [
    await readRef(repository, proposalRef(sheet)),
    await readRef(repository, sheetRef(sheet)),
  ];
  if ((proposal ?? commit) !== commit || (branch ?? commit) !== commit) {
    throw new LetterError("git", "another content was filed under the id of this sheet");
  }
  if (proposal !== undefined && branch !== undefined) return;
  // One without the other: accept has merged it, or a power cut parted the two refs.
  const { merged } = await readLineAt(repository, await readHead(repository));
  if (merged.has(commit)) return;
  await moveRefs(
    repository,
    [proposalRef(sheet), sheetRef(sheet)].map((ref, i) => ({ ref, from: [proposal, branch][i], to: commit })),
  );
}

async function readOpenSheets(repository: string): Promise<OpenSheet[]> {
  const open: OpenSheet[] = [];
  for (const [sheet, commit] of await listRefs(repository, PENDING)) {
    const acts = await readReviews(repository, sheet).catch((cause) => {
      if (cause instanceof LetterError && cause.code === "damaged") return cause.message;
      throw cause;
    });
    open.push({ sheet, commit, ...(typeof acts === "string" ? { acts: [], trouble: acts } : { acts }) });
  }
  return open;
}

async function findUndecidable(repository: string): Promise<Map<string, string>> {
  const open = await readOpenSheets(repository);
  return new Map(open.flatMap(({ sheet, trouble }) => (trouble === undefined ? [] : [[sheet, trouble]])));
}

async function commitText(
  repository: string,
  files: ReadonlyMap<string, string>,
  { day, message }: { day: string; message: string },
): Promise<boolean> {
  for (let tries = 0; tries < 10; tries++) {
    const head = await readHead(repository);
    const changed = new Map<string, string>();
    for (const [path, text] of files) {
      if ((await readText(repository, head, path)) !== text) changed.set(path, text);
    }
    if (changed.size === 0) return false;
    const commit = await writeCommit(repository, {
      parents: [head],
      files: changed,
      message,
      committer: "organisers",
      day,
    });
    if (await moveRefs(repository, [{ ref: MAIN, from: head, to: commit }])) return true;
  }
  throw new LetterError("git", "main kept moving: try again");
}
