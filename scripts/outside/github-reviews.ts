import type { ReviewAct } from "../letter/moderation.ts";
import { sheetOfBranch, sheetPath } from "../letter/sheet.ts";
import type { OpenSheet } from "./git-host.ts";
import type { ApiClient, GitHubApi } from "./github.ts";

/** A sheet's pull request that waits for review. */
export type OpenPull = OpenSheet & { readonly number: number };

/** The open pull requests of sheets, with everything that was said about them. */
export async function readOpenPulls(api: GitHubApi): Promise<OpenPull[]> {
  const octokit = await api.octokit();
  const { owner, repo } = api;
  const pulls = await octokit.paginate("GET /repos/{owner}/{repo}/pulls", {
    owner,
    repo,
    base: "main",
    state: "open",
    per_page: 100,
  });
  const open: OpenPull[] = [];
  for (const { number, head } of pulls) {
    const sheet = sheetOfBranch(head.ref);
    // A branch of that name in a fork is somebody else's.
    if (sheet === undefined || head.repo?.full_name.toLowerCase() !== `${owner}/${repo}`.toLowerCase()) continue;
    open.push({ sheet, commit: head.sha, number, acts: await readActs(octokit, api, number, sheet) });
  }
  return open;
}

type Said = ReviewAct & { readonly at: string; readonly kind: number; readonly id: number };

/** Reviews, comments on lines and comments below, as acts in the order of their times. */
async function readActs(
  octokit: ApiClient,
  { owner, repo }: GitHubApi,
  number: number,
  sheet: string,
): Promise<ReviewAct[]> {
  const [pull, issue] = [
    { owner, repo, pull_number: number, per_page: 100 },
    { owner, repo, issue_number: number, per_page: 100 },
  ];
  const reviews = await octokit.paginate("GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews", pull);
  const lines = await octokit.paginate("GET /repos/{owner}/{repo}/pulls/{pull_number}/comments", pull);
  const below = await octokit.paginate("GET /repos/{owner}/{repo}/issues/{issue_number}/comments", issue);
  const said: Said[] = [
    ...reviews.flatMap(({ id, user, state, commit_id, body, submitted_at = "" }): Said[] => {
      const known = STATES[state];
      if (!user || known === undefined) return [];
      return [
        { at: submitted_at, kind: 0, id: Number(id), by: Number(user.id), state: known, commit: commit_id ?? "", body },
      ];
    }),
    ...lines.flatMap(({ id, user, path, body, original_commit_id, diff_hunk, created_at }): Said[] => {
      if (!user) return [];
      const row = path === sheetPath(sheet) ? rowOf(diff_hunk) : undefined;
      const act = {
        at: created_at,
        kind: 1,
        id: Number(id),
        by: Number(user.id),
        state: "commented",
        commit: original_commit_id,
        body,
      } as const;
      return [row === undefined ? act : { ...act, row }];
    }),
    ...below.flatMap(({ id, user, body = "", created_at }): Said[] => {
      return user
        ? [{ at: created_at, kind: 2, id: Number(id), by: Number(user.id), state: "commented", commit: "", body }]
        : [];
    }),
  ];
  // Times are whole seconds: within one, a review comes before the comments on its lines, and these before what stands below.
  said.sort((a, b) => compare(a.at, b.at) || a.kind - b.kind || a.id - b.id);
  return said.map(({ at: _at, kind: _kind, id: _id, ...act }) => act);
}

/** What has not been sent yet (`PENDING`) is not there. */
const STATES: Readonly<Record<string, ReviewAct["state"]>> = {
  APPROVED: "approved",
  CHANGES_REQUESTED: "changes-requested",
  COMMENTED: "commented",
  DISMISSED: "dismissed",
};

/** The id of the row that a comment stands on: GitHub ends the hunk with that line. */
function rowOf(hunk: string): string | undefined {
  return /^\+\| ([0-9a-z]{26}) \|/.exec(hunk.split("\n").at(-1) ?? "")?.[1];
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
