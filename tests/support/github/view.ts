import type { App } from "./account.ts";
import type { ObjectCommit } from "./git/objects.ts";
import type { Author, CheckRun, State } from "./state.ts";

// What of GitHub's representations is modelled. The rest that the description requires is filled in by
// `completeAnswer`, recognisable by the word "unmodelled".

export function userView({ id, login, type }: Author): object {
  return {
    id,
    login,
    type,
    site_admin: false,
    node_id: `U_${id}`,
    html_url: `https://github.com/${login.replace(/^(.*)\[bot\]$/, "apps/$1")}`,
  };
}

export function ownerView(state: State): object {
  return {
    id: state.owner.id,
    login: state.owner.login,
    type: "Organization",
    site_admin: false,
    node_id: `O_${state.owner.id}`,
  };
}

export function repositoryView(state: State): Record<string, unknown> {
  const { id, name } = state.repository;
  const full = `${state.owner.login}/${name}`;
  return {
    allow_forking: false,
    allow_merge_commit: true,
    allow_rebase_merge: true,
    allow_squash_merge: true,
    delete_branch_on_merge: false,
    has_discussions: false,
    has_issues: true,
    has_projects: true,
    has_wiki: true,
    web_commit_signoff_required: false,
    ...state.settings.get("repository"),
    id,
    node_id: `R_${id}`,
    name,
    full_name: full,
    owner: ownerView(state),
    private: state.repository.private,
    visibility: state.repository.private ? "private" : "public",
    default_branch: "main",
    fork: false,
    archived: false,
    disabled: false,
    url: `${state.origin()}/repos/${full}`,
    html_url: `https://github.com/${full}`,
    clone_url: `${state.origin()}/${full}.git`,
  };
}

export function appView(state: State, app: App): object {
  return {
    id: app.id,
    slug: app.slug,
    name: app.slug,
    node_id: `A_${app.id}`,
    owner: ownerView(state),
    permissions: app.permissions,
    events: [],
  };
}

/** A commit as the Git database shows it. */
export function gitCommitView(state: State, commit: ObjectCommit): object {
  return {
    sha: commit.sha,
    node_id: `C_${commit.sha}`,
    url: `${apiOf(state)}/git/commits/${commit.sha}`,
    html_url: `https://github.com/commit/${commit.sha}`,
    author: commit.author,
    committer: commit.committer,
    message: commit.message,
    tree: { sha: commit.tree, url: `${apiOf(state)}/git/trees/${commit.tree}` },
    parents: commit.parents.map((sha) => ({
      sha,
      url: `${apiOf(state)}/git/commits/${sha}`,
      html_url: `https://github.com/commit/${sha}`,
    })),
    verification: { verified: false, reason: "unsigned", signature: null, payload: null, verified_at: null },
  };
}

/** A commit as the repository shows it. */
export function commitView(state: State, sha: string): Record<string, unknown> {
  const commit = state.objects.readCommit(sha);
  const { author, committer, message, tree, verification } = gitCommitView(state, commit) as Record<string, unknown>;
  return {
    sha,
    node_id: `C_${sha}`,
    url: `${apiOf(state)}/commits/${sha}`,
    commit: {
      author,
      committer,
      message,
      tree,
      verification,
      comment_count: 0,
      url: `${apiOf(state)}/git/commits/${sha}`,
    },
    author: accountOf(state, author),
    committer: accountOf(state, committer),
    parents: commit.parents.map((parent) => ({ sha: parent, url: `${apiOf(state)}/commits/${parent}` })),
  };
}

/** The account that an address belongs to: GitHub knows its own by their form, and others where somebody has named them. */
function accountOf({ accounts }: State, person: unknown): object | null {
  const { email = "" } = person as { email?: string };
  const account = accounts.find(({ id, login }) => email === `${id}+${login}@users.noreply.github.com`);
  return account === undefined ? null : userView({ id: account.id, login: account.login, type: "User" });
}

export function checkView(state: State, run: CheckRun): object {
  return {
    id: run.id,
    node_id: `CR_${run.id}`,
    name: run.name,
    head_sha: run.sha,
    status: run.status,
    conclusion: run.conclusion,
    started_at: run.startedAt,
    completed_at: run.completedAt,
    output: {
      ...run.output,
      annotations_count: 0,
      annotations_url: `${apiOf(state)}/check-runs/${run.id}/annotations`,
    },
    app: run.app === undefined ? null : appView(state, run.app),
    pull_requests: [],
  };
}

export function apiOf(state: State): string {
  return `${state.origin()}/repos/${state.owner.login}/${state.repository.name}`;
}
