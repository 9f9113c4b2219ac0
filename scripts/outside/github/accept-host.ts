import { LetterError } from "../../letter/bytes/error.ts";
import { parseMergeMessage, settledBy } from "../../letter/review/merge-message.ts";
import { parseSheet, sheetBranch, sheetOfBranch, sheetPath } from "../../letter/signature/sheet.ts";
import { fetchRefs, makeMirror } from "../git/fetch.ts";
import { readHistory } from "../git/history.ts";
import type { AcceptHost, MainHistory, OpenSheet } from "../git/host.ts";
import { readText } from "../git/object.ts";
import { listRemoteRefs, pushRef } from "../git/push.ts";
import { branchRef, MAIN, moveRefs, PENDING, readRef } from "../git/ref.ts";
import { readHead, readMainAt } from "../git/repository.ts";
import { answerPull, formatAnswer, formatBlocked, formatCopies, formatInvalid, formatUnattested } from "./answer.ts";
import { type GitHubApi, gitHubError, hasStatus } from "./api.ts";
import { type OpenPull, type PullOfSheet, readOpenPulls } from "./reviews.ts";

/** What accept on GitHub works with. */
export type GitHubAccepting = {
  /** the workflow's own token: reads pull requests, answers on them */
  readonly api: GitHubApi;
  /** the accept App: reads and moves branches; it alone may pass the rules of main */
  readonly mover: GitHubApi;
  /** folder of a bare repository on this machine; made when it is missing */
  readonly repository: string;
  readonly serverUrl: string;
};

/** Accept's view of GitHub, and what it says there about sheets that it cannot take. */
export type GitHubAcceptHost = AcceptHost & {
  answerInvalid(sheet: string, reason: string): Promise<void>;
  answerUnattested(sheet: string): Promise<void>;
  /**
   * Says what the sheet waits for, and what to look at first; nothing when it only waits for its moderators.
   *
   * @param unclear the places of what cannot be read as an order; undefined when nobody holds the sheet back
   * @param copies the rows that are on other open sheets too
   */
  answerWaiting(
    sheet: string,
    unclear: readonly string[] | undefined,
    copies: ReadonlyMap<string, readonly string[]>,
  ): Promise<void>;
  /** pull requests whose reviews could not be read, or that could not be answered; they hold up no other */
  readonly troubles: readonly PullTrouble[];
  /** sheets that nobody can review: their branches are there, without a pull request that is open and no draft */
  readonly unseen: readonly Pick<OpenSheet, "sheet" | "commit">[];
};
export type PullTrouble = { readonly number: number; readonly reason: string };

const refOf = (sheet: string) => branchRef(sheetBranch(sheet));

/**
 * The campaign's repository on GitHub as accept uses it.
 *
 * Branches come by git as objects into a bare repository and are never checked out. Where a branch stands is asked of
 * git; a pull request whose head is another commit waits for the next run.
 */
export function openGitHubAcceptHost({ api, mover, repository, serverUrl }: GitHubAccepting): GitHubAcceptHost {
  const url = `${serverUrl}/${mover.owner}/${mover.repo}.git`;
  const remote = async () => ({ url, token: await mover.token() });
  let main: MainHistory | undefined;
  const pulls = new Map<string, number>();
  let unseen: readonly Pick<OpenSheet, "sheet" | "commit">[] = [];

  const fetch = async (...refs: string[]) =>
    fetchRefs(
      repository,
      await remote(),
      refs.map((ref) => `+${ref}:${ref}`),
    );
  const fetchAll = async (refs: readonly string[]) => {
    if (refs.length === 0) return;
    await fetch(...refs).catch(async () => {
      // One by one: a branch that cannot be had is reported as one that cannot be read, and stops no other.
      for (const ref of refs) await fetch(ref).catch(() => {});
    });
  };
  const openSheets = async (): Promise<OpenSheet[]> => {
    const branches = await listRemoteRefs(await remote(), [`${PENDING}/*`]);
    const found: OpenSheet[] = [];
    for (const [ref, commit] of branches) {
      // Merged by a run that died before it took the branch away; GitHub has closed the pull request.
      if (main?.merged.has(commit)) found.push({ sheet: ref.slice(`${PENDING}/`.length), commit, acts: [] });
    }
    const passed: PullOfSheet[] = [];
    const open = await reading(() =>
      readOpenPulls(api, (pull, cause) => passOver(pull, cause) && passed.push(pull) > 0),
    );
    const seen = new Set([...open, ...passed, ...found].map(({ sheet }) => sheet));
    unseen = [...branches]
      .map(([ref, commit]) => ({ sheet: ref.slice(`${PENDING}/`.length), commit }))
      .filter(({ sheet }) => !seen.has(sheet));
    const waiting = open.filter(
      ({ sheet, commit }) => branches.get(refOf(sheet)) === commit && !main?.merged.has(commit),
    );
    for (const { number, sheet } of waiting) pulls.set(sheet, number);
    await fetchAll([...waiting, ...unseen].map(({ sheet }) => refOf(sheet)));
    return [...found, ...waiting.map(({ number: _number, ...open }) => open)];
  };
  const troubles: PullTrouble[] = [];
  // One whose reviews GitHub cannot give (it is flooded, or was taken away meanwhile) waits. That we may not ask, or not so
  // often, is no matter of one pull request.
  const passOver = ({ number }: PullOfSheet, cause: unknown): boolean => {
    if ([401, 403, 429].some((status) => hasStatus(cause, status))) return false;
    troubles.push({ number, reason: gitHubError("reading the reviews", cause).message });
    return true;
  };
  // A pull request that is locked or full takes no comment: nobody must be able to stop the other sheets by that.
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
    const number = pulls.get(sheet);
    if (number !== undefined) await answer(number, text);
  };
  return {
    repository,
    async readMain() {
      await makeMirror(repository);
      await fetch(MAIN);
      main = await readMainAt(repository, await readHead(repository));
      return main;
    },
    openSheets,
    async moveMain(from, to) {
      if (!(await pushRef(repository, await remote(), { ref: MAIN, from, to }))) return false;
      // The mirror follows; the next fetch would say the same.
      await moveRefs(repository, [{ ref: MAIN, from: await readRef(repository, MAIN), to }]);
      return true;
    },
    async closeSheet(open) {
      const { sheet, commit } = open;
      const number = pulls.get(sheet) ?? (await reading(() => findPull(api, open)));
      const text = await answerOf(repository, open);
      // The answer first: while the branch is there, a run that comes after a crash finds its way back here.
      if (number !== undefined && text !== undefined && !(await answer(number, text))) return;
      await pushRef(repository, await remote(), { ref: refOf(sheet), from: commit, to: undefined });
    },
    answerInvalid: (sheet, reason) => answerSheet(sheet, formatInvalid(reason)),
    answerUnattested: (sheet) => answerSheet(sheet, formatUnattested()),
    async answerWaiting(sheet, unclear, copies) {
      const page = `${serverUrl}/${api.owner}/${api.repo}/pull/${pulls.get(sheet)}`;
      const blocked = unclear === undefined ? "" : formatBlocked(unclear.map((place) => `${page}#${place}`));
      const parts = [blocked, formatCopies(copies)].filter((part) => part !== "");
      if (parts.length > 0) await answerSheet(sheet, parts.join("\n\n"));
    },
    troubles,
    get unseen() {
      return unseen;
    },
  };
}

/** What the merge commit on main says about a sheet; undefined for a branch that is no sheet. */
async function answerOf(repository: string, { sheet, commit }: OpenSheet): Promise<string | undefined> {
  const history = await readHistory(repository, await readHead(repository));
  const merge = history.find(({ parents }) => parents[1] === commit);
  const settlement = parseMergeMessage(merge?.message ?? "");
  if (settlement?.sheet !== sheet) return undefined;
  // The second parent of a commit of main is here with main.
  const text = await readText(repository, commit, sheetPath(sheet));
  const { withdrawn } = settledBy(history.flatMap(({ message }) => parseMergeMessage(message) ?? []));
  return text === undefined ? undefined : formatAnswer(parseSheet(text), settlement, withdrawn);
}

/** The pull request of a sheet whatever its state, by its branch and commit. */
async function findPull(api: GitHubApi, { sheet, commit }: OpenSheet): Promise<OpenPull["number"] | undefined> {
  if (sheetOfBranch(sheetBranch(sheet)) === undefined) return undefined;
  const { owner, repo } = api;
  const octokit = await api.octokit();
  const head = `${owner}:${sheetBranch(sheet)}`;
  const { data } = await octokit.request("GET /repos/{owner}/{repo}/pulls", { owner, repo, head, state: "all" });
  return data.find((pull) => pull.head.sha === commit)?.number;
}

async function reading<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    throw gitHubError("reading the reviews", cause);
  }
}
