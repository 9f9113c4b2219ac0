import { LetterError } from "../../letter/bytes/error.ts";
import { sheetBranch, sheetPath } from "../../letter/signature/sheet.ts";
import { writeCommit } from "../git/commit.ts";
import type { Filing } from "../git/host.ts";
import { branchRef } from "../git/ref.ts";
import { runGit } from "../git/run.ts";
import { type ApiClient, type GitHubApi, hasStatus } from "./api.ts";

/** What moderators read above the rows. The title has no name, because it goes into mails. */
export type Proposal = { readonly title: string; readonly body: string };

/**
 * Files a sheet as a pull request in at most seven calls, whatever its size.
 *
 * The commit is made locally first, so that its SHA is known before the first call: anything that an earlier try has
 * left is either this very commit or a mistake. An existing branch or pull request is a success.
 *
 * @param mirror a repository on this machine that holds the base
 * @throws LetterError `git` or `github`
 */
export async function fileOnGitHub(api: GitHubApi, mirror: string, filing: Filing, proposal: Proposal): Promise<void> {
  const octokit = await api.octokit();
  const { base, message, day, text } = filing;
  const files = new Map([[sheetPath(filing.sheet), text]]);
  const sha = await writeCommit(mirror, { parents: [base], files, message, committer: "form service", day });
  const branch = sheetBranch(filing.sheet);
  // Check this first: after the sheet was settled and its branch deleted, a late retry must not create the branch
  // again.
  if (await hasPull(octokit, api, branch, sha)) return;
  await sendCommit(octokit, api, mirror, filing, sha);
  await createBranch(octokit, api, branch, sha);
  try {
    await octokit.request("POST /repos/{owner}/{repo}/pulls", { ...at(api), head: branch, base: "main", ...proposal });
  } catch (cause) {
    if (!hasStatus(cause, 422) || !(await hasPull(octokit, api, branch, sha))) throw cause;
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

/** Creates the commit that this machine has made: a tree with the sheet inline, then the commit itself; two calls. */
async function sendCommit(octokit: ApiClient, api: GitHubApi, mirror: string, filing: Filing, sha: string) {
  const { sheet, text: content, base, message } = filing;
  const tree = await octokit.request("POST /repos/{owner}/{repo}/git/trees", {
    ...at(api),
    base_tree: await show(mirror, base, "%T"),
    tree: [{ path: sheetPath(sheet), mode: "100644", type: "blob", content }],
  });
  // If author and committer are given, GitHub does not sign what an App makes, and the bytes are only ours.
  const person = async (who: "a" | "c") => {
    const [name = "", email = "", date = ""] = (await show(mirror, sha, `%${who}n%n%${who}e%n%${who}I`)).split("\n");
    return { name, email, date };
  };
  const commit = await octokit.request("POST /repos/{owner}/{repo}/git/commits", {
    ...at(api),
    message,
    tree: tree.data.sha,
    parents: [base],
    author: await person("a"),
    committer: await person("c"),
  });
  if (commit.data.sha !== sha) {
    throw new LetterError("github", "GitHub makes another commit of this sheet than this machine does");
  }
}

async function createBranch(octokit: ApiClient, api: GitHubApi, branch: string, sha: string): Promise<void> {
  try {
    await octokit.request("POST /repos/{owner}/{repo}/git/refs", { ...at(api), ref: branchRef(branch), sha });
  } catch (cause) {
    if (!hasStatus(cause, 422)) throw cause;
    const found = await octokit
      .request("GET /repos/{owner}/{repo}/git/ref/{ref}", { ...at(api), ref: `heads/${branch}` })
      .catch((missing) => {
        // If it is not there, a rule refused to create it.
        throw hasStatus(missing, 404) ? cause : missing;
      });
    if (found.data.object.sha !== sha) throw otherContent();
  }
}

async function show(mirror: string, commit: string, format: string): Promise<string> {
  const { stdout } = await runGit(mirror, [
    "show",
    "--no-patch",
    "--no-show-signature",
    `--format=${format}`,
    commit,
    "--",
  ]);
  return stdout.toString("utf8").trim();
}

function at({ owner, repo }: GitHubApi): { owner: string; repo: string } {
  return { owner, repo };
}

function otherContent(): LetterError {
  return new LetterError("github", "another content was filed under the id of this sheet");
}
