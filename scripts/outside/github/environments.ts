import type { ApiClient, GitHubApi } from "./api.ts";
import { orNothing, reading } from "./settings-request.ts";

/** An environment that jobs name to get its secrets. */
export type Environment = {
  /** whether only branches and tags of given names may use it */
  readonly restricted: boolean;
  /** those names, each with its number and whether it is a branch or a tag */
  readonly branches: readonly { readonly id: number; readonly name: string; readonly type: string }[];
  /** whether administrators pass all of its rules; undefined if GitHub does not show it */
  readonly adminsPass: boolean | undefined;
  /** what a change has to send along in order to leave it as it is */
  readonly keep: Readonly<Record<string, unknown>>;
  /** names only: GitHub never returns a secret */
  readonly secrets: readonly string[];
  readonly variables: ReadonlyMap<string, string>;
};
/** Secrets and variables that every workflow on every branch gets. */
export type RepositoryVariables = {
  readonly secrets: readonly string[];
  readonly variables: ReadonlyMap<string, string>;
};

const ENVIRONMENT = "/repos/{owner}/{repo}/environments/{environment_name}";

/** Reads an environment; undefined if there is none. @throws LetterError `github` */
export async function readEnvironment(api: GitHubApi, name: string): Promise<Environment | undefined> {
  const octokit = await api.octokit();
  const at = { owner: api.owner, repo: api.repo, environment_name: name };
  const found = await reading("the environments", "Actions: read", () =>
    orNothing(octokit.request(`GET ${ENVIRONMENT}`, at)),
  );
  if (found === undefined) return undefined;
  const { deployment_branch_policy, protection_rules = [] } = found.data;
  const restricted = deployment_branch_policy?.custom_branch_policies === true;
  const policies = await reading("the environments", "Actions: read", () =>
    orNothing(octokit.paginate(`GET ${ENVIRONMENT}/deployment-branch-policies`, { ...at, per_page: 100 })),
  );
  const { secrets, variables } = await reading("names of secrets", "Environments: read", async () => ({
    secrets: await octokit.paginate(`GET ${ENVIRONMENT}/secrets`, { ...at, per_page: 100 }),
    variables: await octokit.paginate(`GET ${ENVIRONMENT}/variables`, { ...at, per_page: 30 }),
  }));
  return {
    restricted,
    branches: (policies ?? []).map(({ id = 0, name: branch = "", type = "branch" }) => ({ id, name: branch, type })),
    // GitHub's description of its API does not have it; its answers do.
    adminsPass: (found.data as { can_admins_bypass?: boolean }).can_admins_bypass,
    keep: keptRules(protection_rules as readonly ProtectionRule[]),
    secrets: secrets.map((secret) => secret.name),
    variables: new Map(variables.map((variable) => [variable.name, variable.value])),
  };
}

type ProtectionRule = {
  readonly type: string;
  readonly wait_timer?: number;
  readonly prevent_self_review?: boolean;
  readonly reviewers?: readonly { readonly type: string; readonly reviewer: { readonly id: number } }[];
};

/** Returns reviewers and waiting times in the form in which they are set: GitHub removes what a change leaves out. */
function keptRules(rules: readonly ProtectionRule[]): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const { wait_timer, reviewers, prevent_self_review } of rules) {
    if (wait_timer) kept.wait_timer = wait_timer;
    if (reviewers) {
      kept.reviewers = reviewers.map(({ type, reviewer }) => ({ type, id: reviewer.id }));
      kept.prevent_self_review = prevent_self_review === true;
    }
  }
  return kept;
}

/** Reads what every workflow gets, organisation's secrets for this repository included. @throws LetterError `github` */
export async function readRepositoryVariables(api: GitHubApi): Promise<RepositoryVariables> {
  const octokit: ApiClient = await api.octokit();
  const at = { owner: api.owner, repo: api.repo, per_page: 30 };
  const secrets = await reading("names of secrets", "Secrets: read", async () => [
    ...(await octokit.paginate("GET /repos/{owner}/{repo}/actions/secrets", at)),
    ...(await octokit.paginate("GET /repos/{owner}/{repo}/actions/organization-secrets", at)),
  ]);
  const variables = await reading("the variables", "Variables: read and write", () =>
    octokit.paginate("GET /repos/{owner}/{repo}/actions/variables", at),
  );
  return {
    secrets: secrets.map(({ name }) => name),
    variables: new Map(variables.map(({ name, value }) => [name, value])),
  };
}
