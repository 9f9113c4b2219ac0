import { by, type Call, find, may, type Routes } from "../call.ts";
import { edit, erase } from "../git/rewriting.ts";
import { invalid, notFound, Refusal } from "../refusal.ts";
import { type Comment, type Pull, type Review, type State, timeOf } from "../state.ts";
import { pullOf } from "./pull-routes.ts";
import { commentView, reviewView } from "./pull-view.ts";

const REPO = "/repos/{owner}/{repo}";
const PULL = `${REPO}/pulls/{pull_number}`;

/** Reviews and comments. docs.github.com/rest/pulls/reviews, /rest/pulls/comments, /rest/issues/comments */
export const reviewRoutes: Routes = {
  [`GET ${PULL}/reviews`]: {
    app: "pull_requests:read",
    role: "read",
    handler: (call) => ({ page: pullOf(call).reviews.map((review) => reviewView(call.state, pullOf(call), review)) }),
  },
  [`POST ${PULL}/reviews`]: { app: "pull_requests:write", role: "read", handler: createReview },
  [`PUT ${PULL}/reviews/{review_id}`]: {
    app: "pull_requests:write",
    role: "read",
    handler: (call) => {
      const review = reviewOf(call);
      if (review.author.id !== by(call).id) throw new Refusal(403, "Must be the author of the review.");
      edit(call.state, review, call.actor, call.body.body);
      return { status: 200, body: reviewView(call.state, pullOf(call), review) };
    },
  },
  [`PUT ${PULL}/reviews/{review_id}/dismissals`]: {
    app: "pull_requests:write",
    role: "write",
    handler: (call) => {
      const review = reviewOf(call);
      if (review.state === "COMMENTED") throw new Refusal(422, "Can not dismiss a commented pull request review");
      pullOf(call).timeline.push({
        ...{ kind: "REVIEW_DISMISSED_EVENT", id: call.state.nextId(), at: timeOf(call.state), actor: by(call) },
        ...{ review: review.id, previous: review.state },
      });
      review.state = "DISMISSED";
      call.state.events.push({
        name: "pull_request_review",
        action: "dismissed",
        by: by(call),
        pull: pullOf(call),
        review,
      });
      return { status: 200, body: reviewView(call.state, pullOf(call), review) };
    },
  },
  [`GET ${PULL}/comments`]: { app: "pull_requests:read", role: "read", handler: (call) => listComments(call, true) },
  [`POST ${PULL}/comments`]: { app: "pull_requests:write", role: "read", handler: createLineComment },
  [`GET ${REPO}/issues/{issue_number}/comments`]: {
    app: ["issues:read", "pull_requests:read"],
    role: "read",
    handler: (call) => listComments(call, false),
  },
  [`POST ${REPO}/issues/{issue_number}/comments`]: {
    app: ["issues:write", "pull_requests:write"],
    role: "read",
    handler: (call) => {
      const comment = addComment(call, pullOf(call), call.body.body);
      return { status: 201, body: commentView(call.state, comment) };
    },
  },
  [`PATCH ${REPO}/issues/comments/{comment_id}`]: {
    app: ["issues:write", "pull_requests:write"],
    role: "read",
    handler: (call) => {
      const comment = commentOf(call);
      edit(call.state, comment, call.actor, call.body.body);
      return { status: 200, body: commentView(call.state, comment) };
    },
  },
  [`DELETE ${REPO}/issues/comments/{comment_id}`]: {
    app: ["issues:write", "pull_requests:write"],
    role: "read",
    handler: (call) => {
      erase(call.state, commentOf(call), call.actor);
      return { status: 204 };
    },
  },
};

const STATES = { APPROVE: "APPROVED", REQUEST_CHANGES: "CHANGES_REQUESTED", COMMENT: "COMMENTED" } as const;

function createReview(call: Call) {
  const { state, body } = call;
  const pull = pullOf(call);
  const given = body?.event as keyof typeof STATES | undefined;
  if (given === undefined) throw new Error("the stand-in does not keep pending reviews");
  const commit = body.commit_id ?? pull.headSha;
  if (!state.objects.isAncestor(commit, pull.headSha)) throw invalid("PullRequestReview", "commit_id", "invalid");
  if (given !== "APPROVE" && !body.body && !body.comments?.length) throw new Refusal(422, "Unprocessable Entity", []);
  if (given !== "COMMENT" && pull.author.id === by(call).id) {
    throw new Refusal(
      422,
      given === "APPROVE"
        ? "Can not approve your own pull request"
        : "Can not request changes on your own pull request",
    );
  }
  if (given !== "COMMENT" && pull.state !== "open") throw new Refusal(422, "Can not review a closed pull request");
  for (const { path, line } of body.comments ?? []) lineOf(state, commit, path, line, 0);
  const review = addReview(state, by(call), pull, STATES[given], commit, body.body ?? "");
  for (const one of body.comments ?? [])
    addComment(call, pull, one.body, lineOf(state, commit, one.path, one.line, review.id));
  return { status: 200, body: reviewView(state, pull, review) };
}

function addReview(
  state: State,
  author: Review["author"],
  pull: Pull,
  kind: Review["state"],
  commit: string,
  body: string,
): Review {
  const review: Review = { id: state.nextId(), author, body, state: kind, commit, submittedAt: timeOf(state) };
  pull.reviews.push(review);
  pull.updatedAt = timeOf(state);
  state.events.push({ name: "pull_request_review", action: "submitted", by: author, pull, review });
  return review;
}

function createLineComment(call: Call) {
  const { state, body } = call;
  const pull = pullOf(call);
  if (body.in_reply_to !== undefined) throw new Error("the stand-in does not thread comments");
  lineOf(state, body.commit_id, body.path, body.line, 0);
  const { start_line: startLine } = body;
  // A single comment on a line is a review of its own for GitHub.
  const review = addReview(state, by(call), pull, "COMMENTED", body.commit_id, "");
  const line = lineOf(state, body.commit_id, body.path, body.line, review.id);
  const comment = addComment(call, pull, body.body, startLine === undefined ? line : { ...line, startLine });
  return { status: 201, body: commentView(state, comment) };
}

function lineOf(
  state: State,
  commit: string,
  path: string,
  line: number | undefined,
  review: number,
): NonNullable<Comment["line"]> {
  const blob = state.objects.resolve(`${commit}:${path}`, "blob");
  const lines = blob === undefined ? [] : state.objects.readBlob(blob).toString("utf8").replace(/\n$/, "").split("\n");
  if (line === undefined || lines[line - 1] === undefined)
    throw new Refusal(422, "Validation Failed", [
      {
        resource: "PullRequestReviewComment",
        code: "custom",
        field: "pull_request_review_thread.line",
        message: "line must be part of the diff",
      },
    ]);
  // The hunk of a new file, cut at the line that is commented on.
  const hunk = [`@@ -0,0 +1,${lines.length} @@`, ...lines.slice(0, line).map((text) => `+${text}`)].join("\n");
  return { path, line, commit, hunk, review };
}

function addComment(call: Call, pull: Pull, body: string, line?: Comment["line"]): Comment {
  const now = timeOf(call.state);
  if (body.length > 65_536)
    throw invalid("IssueComment", "body", "custom", "body is too long (maximum is 65536 characters)");
  const comment = {
    id: call.state.nextId(),
    pull: pull.number,
    author: by(call),
    body,
    createdAt: now,
    // GitHub touches a comment on a line once more, a second after it was made.
    updatedAt: line
      ? now.replace(/\d\dZ$/, (s) => `${String(Math.min(59, Number.parseInt(s, 10) + 1)).padStart(2, "0")}Z`)
      : now,
    ...(line ? { line } : {}),
  };
  call.state.comments.push(comment);
  pull.updatedAt = now;
  return comment;
}

function listComments(call: Call, onLines: boolean) {
  const { number } = pullOf(call);
  const found = call.state.comments.filter((one) => one.pull === number && (one.line !== undefined) === onLines);
  return { page: found.map((comment) => commentView(call.state, comment)) };
}

/** The comment a call changes: one's own, or anybody's for who may write ("Repository roles for an organization"). */
function commentOf(call: Call): Comment {
  const comment = find(call.state.comments, (one) => one.id === Number(call.path.comment_id) && one.line === undefined);
  if (
    comment.author.id === by(call).id ||
    may(call.actor, "write", "pull_requests:write") ||
    may(call.actor, "write", "issues:write")
  )
    return comment;
  throw notFound();
}

function reviewOf(call: Call): Review {
  return find(pullOf(call).reviews, (one) => one.id === Number(call.path.review_id));
}
