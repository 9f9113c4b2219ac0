import { LetterError } from "../../letter/bytes/error.ts";
import type { ApiClient, GitHubApi } from "./api.ts";
import { orNothing, reading } from "./settings-request.ts";

/** A repository's settings that a campaign depends on. Field names are GitHub's. */
export type RepositorySettings = {
  readonly private: boolean;
  readonly default_branch: string;
  readonly switches: Readonly<Record<Switch, boolean>>;
  /** undefined if GitHub does not offer them */
  readonly secretScanning: boolean | undefined;
  readonly pushProtection: boolean | undefined;
  readonly actions: ActionsSettings;
};
/** How the site on Pages is built and served. */
export type Pages = { readonly byWorkflow: boolean; readonly https: boolean };
export type Switch = (typeof SWITCHES)[number];
export type ActionsSettings = {
  readonly enabled: boolean;
  /** `all`, `local_only`, `selected` */
  readonly allowed: string;
  readonly pinned: boolean;
  readonly selected: { readonly github: boolean; readonly verified: boolean; readonly patterns: readonly string[] };
  readonly tokenMayWrite: boolean;
  readonly mayApprove: boolean;
  /** public repositories: whose workflows wait for approval; private ones: what a fork's workflows may do */
  readonly forks: string | ForkWorkflows;
};
export type ForkWorkflows = {
  readonly run_workflows_from_fork_pull_requests: boolean;
  readonly send_write_tokens_to_workflows: boolean;
  readonly send_secrets_and_variables: boolean;
  readonly require_approval_for_fork_pr_workflows: boolean;
};

const SWITCHES = [
  "has_wiki",
  "has_projects",
  "has_discussions",
  "allow_merge_commit",
  "allow_squash_merge",
  "allow_rebase_merge",
  "allow_auto_merge",
  "delete_branch_on_merge",
  "allow_forking",
] as const;

/** Reads the settings. @throws LetterError `github` */
export async function readRepositorySettings(api: GitHubApi): Promise<RepositorySettings> {
  const { owner, repo } = api;
  const octokit = await api.octokit();
  const found = await reading("the repository", "Administration: read and write", () =>
    orNothing(octokit.request("GET /repos/{owner}/{repo}", { owner, repo })),
  );
  if (found === undefined) {
    const name = `${owner}/${repo}`;
    throw new LetterError("github", `${name} is not there for this token: choose the repository when making the token`);
  }
  const { data } = found;
  const security = data.security_and_analysis;
  const status = (feature: { status?: string } | undefined) =>
    feature?.status === undefined ? undefined : feature.status === "enabled";
  return {
    private: data.private,
    default_branch: data.default_branch,
    switches: Object.fromEntries(SWITCHES.map((name) => [name, data[name] === true])) as Record<Switch, boolean>,
    secretScanning: status(security?.secret_scanning),
    pushProtection: status(security?.secret_scanning_push_protection),
    actions: await reading("what Actions may do", "Administration: read and write", () =>
      readActions(octokit, { owner, repo }, data.private),
    ),
  };
}

/** Reads how Pages is set up; undefined if it is off. @throws LetterError `github` */
export async function readPages(api: GitHubApi): Promise<Pages | undefined> {
  const { owner, repo } = api;
  const octokit = await api.octokit();
  const found = await reading("Pages", "Pages: read and write", () =>
    orNothing(octokit.request("GET /repos/{owner}/{repo}/pages", { owner, repo })),
  );
  return found && { byWorkflow: found.data.build_type === "workflow", https: found.data.https_enforced !== false };
}

async function readActions(octokit: ApiClient, at: { owner: string; repo: string }, isPrivate: boolean) {
  const base = "GET /repos/{owner}/{repo}/actions/permissions";
  const { data: permissions } = await octokit.request(base, at);
  // There is a selection only if the allowed actions are `selected`.
  const { data: selected } =
    permissions.allowed_actions === "selected"
      ? await octokit.request(`${base}/selected-actions`, at)
      : { data: { github_owned_allowed: true, verified_allowed: true, patterns_allowed: [] } };
  const { data: workflow } = await octokit.request(`${base}/workflow`, at);
  return {
    enabled: permissions.enabled,
    allowed: permissions.allowed_actions ?? "all",
    pinned: permissions.sha_pinning_required === true,
    selected: {
      github: selected.github_owned_allowed === true,
      verified: selected.verified_allowed === true,
      patterns: selected.patterns_allowed ?? [],
    },
    tokenMayWrite: workflow.default_workflow_permissions !== "read",
    mayApprove: workflow.can_approve_pull_request_reviews,
    forks: isPrivate
      ? (await octokit.request(`${base}/fork-pr-workflows-private-repos`, at)).data
      : (await octokit.request(`${base}/fork-pr-contributor-approval`, at)).data.approval_policy,
  };
}
