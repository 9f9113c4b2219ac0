import { type GitHubApi, hasStatus } from "./api.ts";
import { reading } from "./settings-request.ts";

/** A limit in whole dollars that stops what it is about. */
export type Budget = { readonly about: string; readonly dollars: number };

/**
 * Reads the organisation's budgets that stop Actions when they are used up; undefined if GitHub does not show budgets to
 * this token. The budget with which an account without means of payment begins is not among them.
 *
 * @throws LetterError `github`
 */
export async function readActionsBudgets(api: GitHubApi): Promise<Budget[] | undefined> {
  const octokit = await api.octokit();
  try {
    const route = "GET /organizations/{org}/settings/billing/budgets";
    const { data } = await octokit.request(route, { org: api.owner, per_page: 100 });
    return data.budgets
      .filter((one) => one.prevent_further_usage && /^actions/i.test(one.budget_product_sku ?? ""))
      .map((one) => ({ about: one.budget_product_sku ?? "actions", dollars: one.budget_amount }));
  } catch (cause) {
    if (hasStatus(cause, 403) || hasStatus(cause, 404)) return undefined;
    throw cause;
  }
}

/** Reads who made the last change of a file on main; undefined for an author that GitHub knows no account of. @throws LetterError `github` */
export async function readLastEditor(api: GitHubApi, path: string): Promise<string | undefined> {
  const { owner, repo } = api;
  const octokit = await api.octokit();
  const { data } = await reading("main", "Contents: read", () =>
    octokit.request("GET /repos/{owner}/{repo}/commits", { owner, repo, sha: "main", path, per_page: 1 }),
  );
  return data[0]?.author?.login;
}
