import type { ReviewAct } from "../../letter/review/moderation.ts";
import { sheetOfBranch, sheetPath } from "../../letter/signature/sheet.ts";
import type { OpenSheet } from "../git/host.ts";
import type { ApiClient, GitHubApi } from "./api.ts";

/** A sheet's pull request that waits for review. */
export type OpenPull = OpenSheet & { readonly number: number };
/** What is known of a pull request before its reviews are read. */
export type PullOfSheet = Pick<OpenPull, "number" | "sheet">;

/**
 * Reads the open pull requests of sheets, with all their reviews and comments.
 *
 * @param passOver is called for one whose reviews cannot be read; it is left out if this returns true
 */
export async function readOpenPulls(
  api: GitHubApi,
  passOver: (pull: PullOfSheet, cause: unknown) => boolean = () => false,
): Promise<OpenPull[]> {
  const octokit = await api.octokit();
  const open: OpenPull[] = [];
  for (const { number, sheet, commit, isDraft } of await listOpenPulls(api)) {
    // It is not ready, whatever was said about it.
    if (isDraft) continue;
    try {
      open.push({ sheet, commit, number, acts: await readActs(octokit, api, number, sheet) });
    } catch (cause) {
      if (!passOver({ number, sheet }, cause)) throw cause;
    }
  }
  return open;
}

/** Lists the open pull requests of sheets, drafts too, without what was said about them. */
export async function listOpenPulls(
  api: GitHubApi,
): Promise<(PullOfSheet & { readonly commit: string; readonly isDraft: boolean })[]> {
  const octokit = await api.octokit();
  const { owner, repo } = api;
  const asked = { owner, repo, base: "main", state: "open", per_page: 100 } as const;
  const pulls = await octokit.paginate("GET /repos/{owner}/{repo}/pulls", asked);
  return pulls.flatMap(({ number, head, draft }) => {
    const sheet = sheetOfBranch(head.ref);
    // A branch of that name in a fork is a stranger's.
    const isOurs = head.repo?.full_name.toLowerCase() === `${owner}/${repo}`.toLowerCase();
    return sheet === undefined || !isOurs ? [] : [{ number, sheet, commit: head.sha, isDraft: draft === true }];
  });
}

type Said = ReviewAct & { readonly at: string; readonly kind: number; readonly id: number };
/** The anchors of a review, a comment on a line and one below in the addresses of a page; by `kind`. */
const PLACES = ["pullrequestreview-", "discussion_r", "issuecomment-"] as const;

/** Returns reviews, comments on lines and comments below as acts in order of time. */
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
      const said = { at: submitted_at, kind: 0, id: Number(id), by: Number(user.id), commit: commit_id ?? "" };
      if (known !== "dismissed") return [{ ...said, state: known, body }];
      // Anyone with write access can dismiss, including the form service's App, and GitHub does not say what the review
      // was. A request for changes needs words, so a review with words goes on blocking until its author reviews again.
      const words = body.trim() !== "" || lines.some((line) => line.pull_request_review_id === id);
      const gone = { ...said, state: known, body: "" };
      return words ? [gone, { ...said, state: "changes-requested", body }] : [gone];
    }),
    ...lines.flatMap((line): Said[] => {
      const { id, user, path, body, original_commit_id, diff_hunk, created_at, updated_at } = line;
      if (!user) return [];
      // A draft comment is published, and so changed, together with its review.
      const review = reviews.find((one) => one.id === line.pull_request_review_id);
      const shown = [created_at, review?.submitted_at ?? ""].sort(compare)[1]!;
      if (Date.parse(updated_at) > Date.parse(shown) + PUBLISHING)
        return [edited(updated_at, 1, id, user, original_commit_id)];
      // Of a comment on several lines, or on the whole file, GitHub shows one line: the rows that were meant are
      // unknown.
      const single = (line.start_line ?? line.original_start_line ?? null) === null && line.subject_type !== "file";
      const row = single && path === sheetPath(sheet) ? rowOf(diff_hunk) : undefined;
      const act = {
        // A draft says nothing until it is published: what its author wrote in the meantime came before it.
        at: shown,
        kind: 1,
        id: Number(id),
        by: Number(user.id),
        state: "commented",
        commit: original_commit_id,
        body,
      } as const;
      return [row === undefined ? act : { ...act, row }];
    }),
    ...below.flatMap(({ id, user, body = "", created_at, updated_at }): Said[] => {
      if (user && updated_at !== created_at) return [edited(updated_at, 2, id, user, "")];
      return user
        ? [{ at: created_at, kind: 2, id: Number(id), by: Number(user.id), state: "commented", commit: "", body }]
        : [];
    }),
  ];
  // Times are whole seconds: within one, a review comes before the comments on its lines, and these before those below.
  said.sort((a, b) => compare(a.at, b.at) || a.kind - b.kind || a.id - b.id);
  return said.map(({ at: _at, kind, id, ...act }) => ({ ...act, place: `${PLACES[kind]}${id}` }));
}

/** Milliseconds that GitHub may take to publish the comments of a review. */
const PUBLISHING = 10_000;

/**
 * Returns the act of a comment that was edited. The editor is unknown, because the form service's App may edit too. So
 * its orders do not count, and the sheet does not go on in spite of them.
 */
function edited(at: string, kind: number, id: number | bigint, user: { id: number | bigint }, commit: string): Said {
  return { at, kind, id: Number(id), by: Number(user.id), state: "edited", commit, body: "" };
}

/** An unsent review (`PENDING`) is ignored. */
const STATES: Readonly<Record<string, ReviewAct["state"]>> = {
  APPROVED: "approved",
  CHANGES_REQUESTED: "changes-requested",
  COMMENTED: "commented",
  DISMISSED: "dismissed",
};

/** Returns the id of the row that a comment is on: GitHub ends the hunk with that line. */
function rowOf(hunk: string): string | undefined {
  return /^\+\| ([0-9a-z]{26}) \|/.exec(hunk.split("\n").at(-1) ?? "")?.[1];
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
