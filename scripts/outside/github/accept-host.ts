import { LetterError } from "../../letter/bytes/error.ts";
import { parseMergeMessage, settledBy } from "../../letter/review/merge-message.ts";
import { parseSheet, sheetBranch, sheetOfBranch, sheetPath } from "../../letter/signature/sheet.ts";
import type { Clock } from "../clock.ts";
import { fetchRefs, makeMirror } from "../git/fetch.ts";
import { readHistory } from "../git/history.ts";
import type { AcceptHost, MainHistory, OpenSheet } from "../git/host.ts";
import { readText } from "../git/object.ts";
import { listRemoteRefs, pushRef } from "../git/push.ts";
import { branchRef, HANDOVERS, MAIN, moveRefs, PENDING, readRef } from "../git/ref.ts";
import { readHead, readLineAt } from "../git/repository.ts";
import {
  answerPull,
  formatAnswer,
  formatBlocked,
  formatCopies,
  formatInvalid,
  formatOverlong,
  formatUnattested,
  type OwnAnswer,
} from "./answer.ts";
import { type GitHubApi, gitHubError, telling } from "./api.ts";
import { asksToWait, type ListedPull, listOpenPulls, readReviews } from "./reviews.ts";

/** The dependencies of accept on GitHub. */
export type GitHubAccepting = {
  /** the workflow's own token: reads pull requests and comments on them */
  readonly api: GitHubApi;
  /** the accept App: reads and moves branches; only it may bypass the rules of main */
  readonly mover: GitHubApi;
  /** folder of a bare repository on this machine; made if it is missing */
  readonly repository: string;
  readonly serverUrl: string;
  readonly clock: Clock;
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
  /** sheets whose pull requests showed another commit than their branches at the last reading: GitHub may be late */
  readonly lagging: readonly string[];
};
export type PullTrouble = { readonly number: number; readonly reason: string };

const refOf = (sheet: string) => branchRef(sheetBranch(sheet));

/**
 * How much is left to others and to later: `validate` and the other workflows ask with the same token, and GitHub lets it
 * make 500 comments an hour. A run that takes longer than its workflow may take would publish nothing.
 */
export const LEFT_TO_OTHERS = 100;
const POINTS_LEFT = 60;
export const MOST_ANSWERS = 400;
export const LONGEST = 25 * 60_000;

const OVERLONG = "more was written about it than is read: an organiser deletes comments, as its pull request says";

/** The branches and pull requests as of the last reading. */
type Reading = {
  readonly sheets: OpenSheet[];
  /** the pull requests of the sheets that wait, by sheet */
  readonly pulls: ReadonlyMap<string, ListedPull>;
  /** accept's own comments, by sheet, where they have been read; null: there is none */
  readonly answers: Map<string, OwnAnswer | null>;
  /** sheets about which more was said than is read */
  readonly overlong: Set<string>;
  readonly unseen: GitHubAcceptHost["unseen"];
  readonly lagging: readonly string[];
};

/**
 * Opens the campaign's repository on GitHub as accept uses it.
 *
 * Branches are fetched by git as objects into a bare repository, and never checked out. Git decides where a branch
 * points. A pull request whose head is another commit waits for the next run, and is reported.
 */
export function openGitHubAcceptHost(accepting: GitHubAccepting): GitHubAcceptHost {
  const { api, mover, repository, serverUrl, clock } = accepting;
  const url = `${serverUrl}/${mover.owner}/${mover.repo}.git`;
  const remote = async () => ({ url, token: await mover.token() });
  const troubles: PullTrouble[] = [];
  let last: Reading = {
    sheets: [],
    pulls: new Map(),
    answers: new Map(),
    overlong: new Set(),
    unseen: [],
    lagging: [],
  };
  const began = clock.now().getTime();
  const { allowance } = api;
  const isSpent = () =>
    allowance.isPaused() ||
    allowance.calls() < LEFT_TO_OTHERS ||
    allowance.created() >= MOST_ANSWERS ||
    clock.now().getTime() - began > LONGEST;

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
  const readSheets = async ({ merged }: Pick<MainHistory, "merged">): Promise<Reading> => {
    const branches = await listRemoteRefs(repository, await remote(), [`${PENDING}/*`]);
    const ends = [...branches].map(([ref, commit]) => ({ sheet: ref.slice(`${PENDING}/`.length), commit }));
    // Merged by a run that died before it deleted the branch; GitHub has closed the pull request.
    const found = ends.filter(({ commit }) => merged.has(commit)).map((end) => ({ ...end, acts: [] }));
    const listed = await telling("listing the pull requests", () => listOpenPulls(api));
    // A draft is not ready, whatever was said about it.
    const open = listed.filter(({ sheet, isDraft }) => !isDraft && branches.has(refOf(sheet)));
    const seen = new Set([...open, ...found].map(({ sheet }) => sheet));
    const unseen = ends.filter(({ sheet }) => !seen.has(sheet));
    const unmerged = open.filter(({ sheet }) => !merged.has(branches.get(refOf(sheet))!));
    const waiting = unmerged.filter(({ sheet, commit }) => branches.get(refOf(sheet)) === commit);
    await fetchAll([...waiting, ...unseen].map(({ sheet }) => refOf(sheet)));
    return {
      sheets: [...found, ...waiting.map(({ sheet, commit }) => ({ sheet, commit, acts: [] }))],
      pulls: new Map(waiting.map((pull) => [pull.sheet, pull])),
      answers: new Map(),
      overlong: new Set(),
      unseen,
      lagging: unmerged.filter((pull) => !waiting.includes(pull)).map(({ sheet }) => sheet),
    };
  };
  const linesOf = async ({ sheet, commit }: ListedPull) =>
    (await readText(repository, commit, sheetPath(sheet)).catch(() => undefined))?.split("\n");
  async function* readActs(open: readonly OpenSheet[]): AsyncGenerator<OpenSheet | undefined> {
    const bySheet = new Map(open.map((one) => [one.sheet, one]));
    const pulls = open.flatMap(({ sheet }) => last.pulls.get(sheet) ?? []);
    const mayRead = () => allowance.points() >= POINTS_LEFT && !allowance.isPaused();
    try {
      for await (const one of readReviews(api, pulls, { linesOf, clock, mayRead })) {
        const { sheet, number } = one.pull;
        if ("cause" in one) {
          troubles.push({ number, reason: gitHubError("reading the reviews", one.cause).message });
          yield undefined;
        } else {
          last.answers.set(sheet, one.answer ?? null);
          if ("isOverlong" in one) last.overlong.add(sheet);
          yield { ...bySheet.get(sheet)!, ...("isOverlong" in one ? { trouble: OVERLONG } : { acts: one.acts }) };
        }
      }
    } catch (cause) {
      // What has been taken over stays, and is published; the next run goes on.
      if (!asksToWait(cause)) throw gitHubError("reading the reviews", cause);
    }
  }
  // A locked or full pull request takes no comment. That must not be a way to stop the other sheets.
  const answer = async (number: number, text: string, known?: OwnAnswer | null): Promise<boolean> => {
    if (isSpent()) return false;
    try {
      await answerPull(api, number, text, known);
      return true;
    } catch (cause) {
      troubles.push({ number, reason: cause instanceof LetterError ? cause.message : "it cannot be answered" });
      return false;
    }
  };
  const answerSheet = async (sheet: string, text: string) => {
    const pull = last.pulls.get(sheet);
    if (pull !== undefined) await answer(pull.number, text, last.answers.get(sheet));
  };
  return {
    repository,
    async readLine(known) {
      await makeMirror(repository);
      await fetch("main", MAIN);
      const head = await readHead(repository);
      return known?.commit === head ? known : readLineAt(repository, head);
    },
    async openSheets(main) {
      last = await readSheets(main);
      return last.sheets;
    },
    readActs,
    beginAt: (count) => Math.floor(placeOf(began) * count),
    isSpent,
    async moveMain(from, to) {
      if (!(await pushRef(repository, await remote(), { ref: MAIN, from, to }))) return false;
      // The mirror follows; the next fetch would do the same.
      await moveRefs(repository, [{ ref: MAIN, from: await readRef(repository, MAIN), to }]);
      return true;
    },
    async closeSheet(open) {
      const { sheet, commit } = open;
      // Answer first: while the branch exists, a later run gets back to this point.
      if (isSpent()) return;
      const number =
        last.pulls.get(sheet)?.number ?? (await telling("finding a pull request", () => findPull(api, open)));
      const text = await answerOf(repository, open);
      if (number !== undefined && text !== undefined && !(await answer(number, text, last.answers.get(sheet)))) return;
      await pushRef(repository, await remote(), { ref: refOf(sheet), from: commit, to: undefined });
    },
    answerInvalid: (sheet, reason) =>
      answerSheet(sheet, last.overlong.has(sheet) ? formatOverlong() : formatInvalid(reason)),
    answerUnattested: (sheet) => answerSheet(sheet, formatUnattested()),
    async answerWaiting(sheet, unclear, copies) {
      const page = `${serverUrl}/${api.owner}/${api.repo}/pull/${last.pulls.get(sheet)?.number}`;
      const blocked = unclear === undefined ? "" : formatBlocked(unclear.map((place) => `${page}#${place}`));
      const parts = [blocked, formatCopies(copies)].filter((part) => part !== "");
      if (parts.length > 0) await answerSheet(sheet, parts.join("\n\n"));
    },
    fetchTags: () => fetch("the tags of handovers", `${HANDOVERS}/*`),
    troubles,
    get unseen() {
      return last.unseen;
    },
    get lagging() {
      return last.lagging;
    },
  };
}

/** Returns a part of one that is far from those of the last hours: multiples of the golden ratio spread evenly. */
function placeOf(moment: number): number {
  return ((Math.floor(moment / 3_600_000) * (Math.sqrt(5) - 1)) / 2) % 1;
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
async function findPull(api: GitHubApi, { sheet, commit }: OpenSheet): Promise<number | undefined> {
  if (sheetOfBranch(sheetBranch(sheet)) === undefined) return undefined;
  const { owner, repo } = api;
  const octokit = await api.octokit();
  const head = `${owner}:${sheetBranch(sheet)}`;
  const { data } = await octokit.request("GET /repos/{owner}/{repo}/pulls", { owner, repo, head, state: "all" });
  return data.find((pull) => pull.head.sha === commit)?.number;
}
