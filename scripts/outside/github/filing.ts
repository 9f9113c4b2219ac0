import { LetterError } from "../../letter/bytes/error.ts";
import { sheetBranch, sheetPath } from "../../letter/signature/sheet.ts";
import { writeCommit } from "../git/commit.ts";
import type { Filing } from "../git/host.ts";
import { createRef } from "../git/push.ts";
import { branchRef } from "../git/ref.ts";
import type { Remote } from "../git/run.ts";
import { type ApiClient, type GitHubApi, hasStatus } from "./api.ts";

/** What moderators read above the rows. GitHub mails both to everybody who watches: neither has a name or a place. */
export type Proposal = { readonly title: string; readonly body: string };

/** Where a sheet is filed. */
export type FilingPlace = {
  readonly api: GitHubApi;
  /** a repository on this machine that holds the base */
  readonly mirror: string;
  /** the repository on GitHub */
  readonly remote: Remote;
  /** waits for so many milliseconds */
  readonly pause: (milliseconds: number) => Promise<unknown>;
};

/**
 * Milliseconds between the attempts to open a pull request. For some seconds after a push, GitHub's API may not know the
 * branch yet, and answers 404 or 422.
 */
const PAUSES = [1, 2, 4, 8].map((seconds) => 1000 * seconds);

/**
 * Files a sheet as a pull request: one push, which any git host understands, and one call, whatever the sheet's size.
 *
 * The commit is made on this machine, so that its SHA is known before anything is sent: anything that an earlier try has
 * left is either this very commit or a mistake. An existing branch or pull request is a success.
 *
 * @throws LetterError `git`, `github`, `push-refused` when GitHub will not take the branch and nothing was filed, or
 *   `push-taken` when the branch is at another commit
 */
export async function fileOnGitHub(place: FilingPlace, filing: Filing, proposal: Proposal): Promise<void> {
  const { api, mirror, remote, pause } = place;
  const { sheet, text, base, message, day } = filing;
  const files = new Map([[sheetPath(sheet), text]]);
  const sha = await writeCommit(mirror, { parents: [base], files, message, committer: "form service", day });
  const branch = sheetBranch(sheet);
  const pushed = await createRef(mirror, remote, branchRef(branch), sha);
  if (pushed === "elsewhere") throw otherContent("push-taken");
  const octokit = await api.octokit();
  // An earlier try may have opened the pull request, and somebody have closed it since: it must not get a second one.
  if (pushed === "found" && (await hasPull(octokit, api, branch, sha))) return;
  await openPull(octokit, api, { branch, sha, pause }, proposal);
}

async function openPull(
  octokit: ApiClient,
  api: GitHubApi,
  { branch, sha, pause }: { branch: string; sha: string } & Pick<FilingPlace, "pause">,
  proposal: Proposal,
): Promise<void> {
  for (const wait of [...PAUSES, undefined]) {
    try {
      await octokit.request("POST /repos/{owner}/{repo}/pulls", {
        ...at(api),
        head: branch,
        base: "main",
        ...proposal,
      });
      return;
    } catch (cause) {
      if (!hasStatus(cause, 404) && !hasStatus(cause, 422)) throw cause;
      // The answer to the attempt before may have been lost.
      if (hasStatus(cause, 422) && (await hasPull(octokit, api, branch, sha))) return;
      if (wait === undefined) throw cause;
      await pause(wait);
    }
  }
}

/** Whether the sheet has its pull request, open or settled. @throws LetterError when it holds something else */
async function hasPull(octokit: ApiClient, api: GitHubApi, branch: string, sha: string): Promise<boolean> {
  const head = `${api.owner}:${branch}`;
  const { data } = await octokit.request("GET /repos/{owner}/{repo}/pulls", {
    ...at(api),
    head,
    base: "main",
    state: "all",
  });
  if (data.length > 0 && !data.some((pull) => pull.head.sha === sha)) throw otherContent();
  return data.length > 0;
}

function at({ owner, repo }: GitHubApi): { owner: string; repo: string } {
  return { owner, repo };
}

function otherContent(code: "github" | "push-taken" = "github"): LetterError {
  return new LetterError(code, "another content was filed under the id of this sheet");
}
