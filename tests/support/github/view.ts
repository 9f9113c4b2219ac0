import type { App } from "./account.ts";
import type { ObjectCommit } from "./objects.ts";
import type { Author, CheckRun, Comment, Pull, Review, State } from "./state.ts";

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
    author: null,
    committer: null,
    parents: commit.parents.map((parent) => ({ sha: parent, url: `${apiOf(state)}/commits/${parent}` })),
  };
}

export function pullView(state: State, pull: Pull): Record<string, unknown> {
  const side = (owner: string, ref: string, sha: string) => ({
    label: `${owner}:${ref}`,
    ref,
    sha,
    user: owner === state.owner.login ? ownerView(state) : userView(pull.author),
    repo:
      owner === state.owner.login
        ? repositoryView(state)
        : {
            ...repositoryView(state),
            id: state.repository.id + 1,
            full_name: `${owner}/${state.repository.name}`,
            fork: true,
          },
  });
  const changed = state.objects
    .git(["diff", "--numstat", "--no-renames", state.objects.forkPoint(pull.baseSha, pull.headSha), pull.headSha])
    .split("\n")
    .filter(Boolean);
  const sum = (column: number) => changed.reduce((total, line) => total + (Number(line.split("\t")[column]) || 0), 0);
  return {
    id: pull.id,
    node_id: `PR_${pull.id}`,
    number: pull.number,
    url: `${apiOf(state)}/pulls/${pull.number}`,
    html_url: `https://github.com/${state.owner.login}/${state.repository.name}/pull/${pull.number}`,
    state: pull.state,
    locked: false,
    title: pull.title,
    body: pull.body,
    user: userView(pull.author),
    draft: pull.draft,
    head: side(pull.headOwner, pull.head, pull.headSha),
    base: side(state.owner.login, pull.base, pull.baseSha),
    created_at: pull.createdAt,
    updated_at: pull.updatedAt,
    closed_at: pull.closedAt,
    merged_at: pull.merged?.at ?? null,
    merge_commit_sha: pull.merged?.commit ?? null,
    merged: pull.merged !== undefined,
    merged_by: pull.merged === undefined ? null : userView(pull.merged.by),
    mergeable: pull.state === "open" ? true : null,
    rebaseable: pull.state === "open" ? true : null,
    mergeable_state: pull.state === "open" ? "clean" : "unknown",
    maintainer_can_modify: false,
    author_association: associationOf(state, pull.author),
    labels: [],
    assignee: null,
    assignees: [],
    requested_reviewers: [],
    requested_teams: [],
    milestone: null,
    auto_merge: null,
    active_lock_reason: null,
    comments: state.comments.filter((one) => one.pull === pull.number && !one.line).length,
    review_comments: state.comments.filter((one) => one.pull === pull.number && one.line).length,
    commits: Number(state.objects.git(["rev-list", "--count", `${pull.baseSha}..${pull.headSha}`])),
    additions: sum(0),
    deletions: sum(1),
    changed_files: changed.length,
  };
}

export function reviewView(state: State, pull: Pull, review: Review): object {
  return {
    id: review.id,
    node_id: `PRR_${review.id}`,
    user: userView(review.author),
    body: review.body,
    state: review.state,
    commit_id: review.commit,
    submitted_at: review.submittedAt,
    author_association: associationOf(state, review.author),
    pull_request_url: `${apiOf(state)}/pulls/${pull.number}`,
  };
}

export function commentView(state: State, comment: Comment): object {
  const { line } = comment;
  const common = {
    id: comment.id,
    node_id: `IC_${comment.id}`,
    user: userView(comment.author),
    body: comment.body,
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
    author_association: associationOf(state, comment.author),
  };
  if (line === undefined) return { ...common, issue_url: `${apiOf(state)}/issues/${comment.pull}` };
  const pull = state.pulls.find((one) => one.number === comment.pull);
  // A comment on an older commit stays, with no line any more.
  const outdated = pull?.headSha !== line.commit;
  return {
    ...common,
    path: line.path,
    line: outdated ? null : line.line,
    original_line: line.line,
    side: "RIGHT",
    commit_id: outdated ? (pull?.headSha ?? line.commit) : line.commit,
    original_commit_id: line.commit,
    diff_hunk: line.hunk,
    pull_request_review_id: line.review,
    subject_type: "line",
  };
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

function associationOf(state: State, author: Author): string {
  const account = state.accounts.find((one) => one.id === author.id);
  if (account === undefined || account.role === "none") return "NONE";
  return "MEMBER";
}
