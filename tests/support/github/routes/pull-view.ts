import type { Author, Comment, Pull, Review, State } from "../state.ts";
import { apiOf, ownerView, repositoryView, userView } from "../view.ts";

// Pull requests and what is said about them, as GitHub represents them.

/** A pull request as it is in lists: without what GitHub has to count. */
export function listedPullView(state: State, pull: Pull): Record<string, unknown> {
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
    author_association: associationOf(state, pull.author),
    labels: [],
    assignee: null,
    assignees: [],
    requested_reviewers: [],
    requested_teams: [],
    milestone: null,
    auto_merge: null,
    active_lock_reason: null,
  };
}

/** A pull request with all that GitHub tells of it. */
export function pullView(state: State, pull: Pull): Record<string, unknown> {
  const changed = state.objects
    .gitOnce(["diff", "--numstat", "--no-renames", state.objects.forkPoint(pull.baseSha, pull.headSha), pull.headSha])
    .split("\n")
    .filter(Boolean);
  const sum = (column: number) => changed.reduce((total, line) => total + (Number(line.split("\t")[column]) || 0), 0);
  return {
    ...listedPullView(state, pull),
    merged: pull.merged !== undefined,
    merged_by: pull.merged === undefined ? null : userView(pull.merged.by),
    mergeable: pull.state === "open" ? true : null,
    rebaseable: pull.state === "open" ? true : null,
    mergeable_state: pull.state === "open" ? "clean" : "unknown",
    maintainer_can_modify: false,
    comments: state.comments.filter((one) => one.pull === pull.number && !one.line).length,
    review_comments: state.comments.filter((one) => one.pull === pull.number && one.line).length,
    commits: countCommits(state, pull),
    additions: sum(0),
    deletions: sum(1),
    changed_files: changed.length,
  };
}

function countCommits({ objects }: State, { baseSha, headSha }: Pull): number {
  const before = objects.reachable(baseSha);
  return [...objects.reachable(headSha)].filter((commit) => !before.has(commit)).length;
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
    node_id: `${line === undefined ? "IC" : "PRRC"}_${comment.id}`,
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
    // GitHub says null there; its own description does not allow that, but allows to leave it out.
    ...(outdated ? {} : { line: line.line }),
    original_line: line.line,
    start_line: outdated ? null : (line.startLine ?? null),
    original_start_line: line.startLine ?? null,
    side: "RIGHT",
    commit_id: outdated ? (pull?.headSha ?? line.commit) : line.commit,
    original_commit_id: line.commit,
    diff_hunk: line.hunk,
    pull_request_review_id: line.review,
    subject_type: "line",
  };
}

function associationOf(state: State, author: Author): string {
  const account = state.accounts.find((one) => one.id === author.id);
  if (account === undefined || account.role === "none") return "NONE";
  return "MEMBER";
}
