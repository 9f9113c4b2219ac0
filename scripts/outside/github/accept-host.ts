import { LetterError } from "../../letter/bytes/error.ts";
import { parseMergeMessage, settledBy } from "../../letter/review/merge-message.ts";
import { parseSheet, sheetBranch, sheetOfBranch, sheetPath } from "../../letter/signature/sheet.ts";
import { fetchRefs, makeMirror } from "../git/fetch.ts";
import { readHistory } from "../git/history.ts";
import type { AcceptHost, MainHistory, OpenSheet } from "../git/host.ts";
import { readText } from "../git/object.ts";
import { listRemoteRefs, pushRef } from "../git/push.ts";
import { branchRef, HANDOVERS, MAIN, moveRefs, PENDING, readRef } from "../git/ref.ts";
import { readHead, readMainAt } from "../git/repository.ts";
import { answerPull, formatAnswer, formatBlocked, formatCopies, formatInvalid, formatUnattested } from "./answer.ts";
import { type GitHubApi, gitHubError, hasStatus, telling } from "./api.ts";
import { type OpenPull, type PullOfSheet, readOpenPulls } from "./reviews.ts";

/** The dependencies of accept on GitHub. */
export type GitHubAccepting = {
  /** the workflow's own token: reads pull requests and comments on them */
  readonly api: GitHubApi;
  /** the accept App: reads and moves branches; only it may bypass the rules of main */
  readonly mover: GitHubApi;
  /** folder of a bare repository on this machine; made if it is missing */
  readonly repository: string;
  readonly serverUrl: string;
};

/** Accept's view of GitHub, and its answers there about sheets that it cannot take. */
export type GitHubAcceptHost = AcceptHost & {
  answerInvalid(sheet: string, reason: string): Promise<void>;
  answerUnattested(sheet: string): Promise<void>;
  /**
   * Says what the sheet waits for, and what to look at first; nothing if it only waits for its moderators.
   *
   * @param unclear the places of what cannot be read as an order; undefined when nobody holds the sheet back
   * @param copies the rows that are on other open sheets too
   */
  answerWaiting(
    sheet: string,
    unclear: readonly string[] | undefined,
    copies: ReadonlyMap<string, readonly string[]>,
  ): Promise<void>;
  /** brings the tags of handovers into the repository */
  fetchTags(): Promise<void>;
  /** pull requests whose reviews could not be read, or that could not be answered; they do not hold up the others */
  readonly troubles: readonly PullTrouble[];
  /** sheets that could not be reviewed at the last reading: their branches exist, but no open pull request that is not a draft */
  readonly unseen: readonly Pick<OpenSheet, "sheet" | "commit">[];
};
export type PullTrouble = { readonly number: number; readonly reason: string };

const refOf = (sheet: string) => branchRef(sheetBranch(sheet));

/** The branches and pull requests as of the last reading. */
type Reading = {
  readonly sheets: OpenSheet[];
  /** the numbers of the pull requests of the sheets that wait, by sheet */
  readonly pulls: ReadonlyMap<string, number>;
  readonly unseen: GitHubAcceptHost["unseen"];
};

/**
 * Opens the campaign's repository on GitHub as accept uses it.
 *
 * Branches are fetched by git as objects into a bare repository, and never checked out. Git decides where a branch
 * points. A pull request whose head is another commit waits for the next run.
 */
export function openGitHubAcceptHost({ api, mover, repository, serverUrl }: GitHubAccepting): GitHubAcceptHost {
  const url = `${serverUrl}/${mover.owner}/${mover.repo}.git`;
  const remote = async () => ({ url, token: await mover.token() });
  const troubles: PullTrouble[] = [];
  let last: Reading = { sheets: [], pulls: new Map(), unseen: [] };

  const fetch = async (what: string, ...refs: string[]) =>
    fetchRefs(
      repository,
      await remote(),
      what,
      refs.map((ref) => `+${ref}:${ref}`),
    );
  const fetchAll = async (refs: readonly string[]) => {
    if (refs.length === 0) return;
    await fetch("the pending sheets", ...refs).catch(async () => {
      // Fetch one by one: a branch that cannot be fetched is reported as unreadable, and does not stop the others.
      for (const ref of refs) await fetch("a pending sheet", ref).catch(() => {});
    });
  };
  const readPulls = async (): Promise<{ open: readonly OpenPull[]; passed: readonly PullOfSheet[] }> => {
    const passed: PullOfSheet[] = [];
    const open = await telling("reading the reviews", () =>
      readOpenPulls(api, (pull, cause) => {
        if (concernsAll(cause)) return false;
        troubles.push({ number: pull.number, reason: gitHubError("reading the reviews", cause).message });
        passed.push(pull);
        return true;
      }),
    );
    return { open, passed };
  };
  const readSheets = async ({ merged }: Pick<MainHistory, "merged">): Promise<Reading> => {
    const branches = await listRemoteRefs(repository, await remote(), [`${PENDING}/*`]);
    const ends = [...branches].map(([ref, commit]) => ({ sheet: ref.slice(`${PENDING}/`.length), commit }));
    // Merged by a run that died before it deleted the branch; GitHub has closed the pull request.
    const found = ends.filter(({ commit }) => merged.has(commit)).map((end) => ({ ...end, acts: [] }));
    const { open, passed } = await readPulls();
    const seen = new Set([...open, ...passed, ...found].map(({ sheet }) => sheet));
    const unseen = ends.filter(({ sheet }) => !seen.has(sheet));
    const waiting = open.filter(({ sheet, commit }) => branches.get(refOf(sheet)) === commit && !merged.has(commit));
    await fetchAll([...waiting, ...unseen].map(({ sheet }) => refOf(sheet)));
    return {
      sheets: [...found, ...waiting.map(({ number: _number, ...sheet }) => sheet)],
      pulls: new Map(waiting.map(({ sheet, number }) => [sheet, number])),
      unseen,
    };
  };
  // A locked or full pull request takes no comment. That must not be a way to stop the other sheets.
  const answer = async (number: number, text: string): Promise<boolean> => {
    try {
      await answerPull(api, number, text);
      return true;
    } catch (cause) {
      troubles.push({ number, reason: cause instanceof LetterError ? cause.message : "it cannot be answered" });
      return false;
    }
  };
  const answerSheet = async (sheet: string, text: string) => {
    const number = last.pulls.get(sheet);
    if (number !== undefined) await answer(number, text);
  };
  return {
    repository,
    async readMain() {
      await makeMirror(repository);
      await fetch("main", MAIN);
      return readMainAt(repository, await readHead(repository));
    },
    async openSheets(main) {
      last = await readSheets(main);
      return last.sheets;
    },
    async moveMain(from, to) {
      if (!(await pushRef(repository, await remote(), { ref: MAIN, from, to }))) return false;
      // The mirror follows; the next fetch would do the same.
      await moveRefs(repository, [{ ref: MAIN, from: await readRef(repository, MAIN), to }]);
      return true;
    },
    async closeSheet(open) {
      const { sheet, commit } = open;
      const number = last.pulls.get(sheet) ?? (await telling("reading the reviews", () => findPull(api, open)));
      const text = await answerOf(repository, open);
      // Answer first: while the branch exists, a run after a crash gets back to this point.
      if (number !== undefined && text !== undefined && !(await answer(number, text))) return;
      await pushRef(repository, await remote(), { ref: refOf(sheet), from: commit, to: undefined });
    },
    answerInvalid: (sheet, reason) => answerSheet(sheet, formatInvalid(reason)),
    answerUnattested: (sheet) => answerSheet(sheet, formatUnattested()),
    async answerWaiting(sheet, unclear, copies) {
      const page = `${serverUrl}/${api.owner}/${api.repo}/pull/${last.pulls.get(sheet)}`;
      const blocked = unclear === undefined ? "" : formatBlocked(unclear.map((place) => `${page}#${place}`));
      const parts = [blocked, formatCopies(copies)].filter((part) => part !== "");
      if (parts.length > 0) await answerSheet(sheet, parts.join("\n\n"));
    },
    fetchTags: () => fetch("the tags of handovers", `${HANDOVERS}/*`),
    troubles,
    get unseen() {
      return last.unseen;
    },
  };
}

/** Whether a failure concerns more than one pull request: a lack of permission, or a rate limit. */
function concernsAll(cause: unknown): boolean {
  return [401, 403, 429].some((status) => hasStatus(cause, status));
}

/** Returns what the merge commit on main says about a sheet; undefined for a branch that is not a sheet. */
async function answerOf(repository: string, { sheet, commit }: OpenSheet): Promise<string | undefined> {
  const history = await readHistory(repository, await readHead(repository));
  const merge = history.find(({ parents }) => parents[1] === commit);
  const settlement = parseMergeMessage(merge?.message ?? "");
  if (settlement?.sheet !== sheet) return undefined;
  // The second parent of a commit of main has been fetched with main.
  const text = await readText(repository, commit, sheetPath(sheet));
  const { withdrawn } = settledBy(history.flatMap(({ message }) => parseMergeMessage(message) ?? []));
  return text === undefined ? undefined : formatAnswer(parseSheet(text), settlement, withdrawn);
}

/** Finds the pull request of a sheet, in any state, by its branch and commit. */
async function findPull(api: GitHubApi, { sheet, commit }: OpenSheet): Promise<OpenPull["number"] | undefined> {
  if (sheetOfBranch(sheetBranch(sheet)) === undefined) return undefined;
  const { owner, repo } = api;
  const octokit = await api.octokit();
  const head = `${owner}:${sheetBranch(sheet)}`;
  const { data } = await octokit.request("GET /repos/{owner}/{repo}/pulls", { owner, repo, head, state: "all" });
  return data.find((pull) => pull.head.sha === commit)?.number;
}
