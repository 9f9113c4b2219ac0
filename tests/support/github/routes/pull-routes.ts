import { by, type Call, find, may, type Routes } from "../call.ts";
import { commitOf, filesBetween, mergeCommit } from "../git/commit.ts";
import { close, moveRef } from "../git/ref.ts";
import { invalid, Refusal } from "../refusal.ts";
import { type Pull, type State, timeOf } from "../state.ts";
import { commitView } from "../view.ts";
import { listedPullView, pullView } from "./pull-view.ts";

const REPO = "/repos/{owner}/{repo}";
const PULL = `${REPO}/pulls/{pull_number}`;

/** Pull requests. docs.github.com/rest/pulls/pulls */
export const pullRoutes: Routes = {
  [`GET ${REPO}/pulls`]: { app: "pull_requests:read", role: "read", handler: listPulls },
  [`POST ${REPO}/pulls`]: { app: "pull_requests:write", role: "read", handler: createPull },
  [`GET ${PULL}`]: {
    app: "pull_requests:read",
    role: "read",
    handler: (call) => ({ status: 200, body: pullView(call.state, pullOf(call)) }),
  },
  [`PATCH ${PULL}`]: { app: "pull_requests:write", role: "read", handler: updatePull },
  [`GET ${PULL}/files`]: {
    app: "pull_requests:read",
    role: "read",
    // GitHub lists 3,000 files at most.
    handler: (call) => ({
      page: filesBetween(
        call.state,
        call.state.objects.forkPoint(pullOf(call).baseSha, pullOf(call).headSha),
        pullOf(call).headSha,
      ).slice(0, 3000),
    }),
  },
  [`GET ${PULL}/commits`]: {
    app: "pull_requests:read",
    role: "read",
    handler: (call) => {
      const { baseSha, headSha } = pullOf(call);
      const shas = call.state.objects
        .git(["rev-list", "--reverse", `${baseSha}..${headSha}`])
        .split("\n")
        .filter(Boolean);
      return { page: shas.slice(0, 250).map((sha) => commitView(call.state, sha)) };
    },
  },
  [`PUT ${PULL}/merge`]: { app: "contents:write", role: "write", handler: mergePull },
};

/** The pull request a call is about. @throws Refusal 404 */
export function pullOf({ state, path }: Call): Pull {
  const number = Number(path.pull_number ?? path.issue_number);
  return find(state.pulls, (pull) => pull.number === number);
}

/** Opens a pull request; also for tests, as an outsider from a fork. */
export function openPull(
  state: State,
  author: Pull["author"],
  fields: {
    headOwner?: string;
    head: string;
    headSha: string;
    base: string;
    title: string;
    body?: string | null;
    draft?: boolean;
  },
): Pull {
  const now = timeOf(state);
  const pull: Pull = {
    id: state.nextId(),
    // Issues and pull requests share one row of numbers.
    number: state.pulls.length + 1,
    author,
    title: fields.title,
    body: fields.body ?? null,
    headOwner: fields.headOwner ?? state.owner.login,
    head: fields.head,
    headSha: fields.headSha,
    base: fields.base,
    baseSha: commitOf(state, fields.base),
    state: "open",
    draft: fields.draft ?? false,
    merged: undefined,
    createdAt: now,
    updatedAt: now,
    closedAt: null,
    reviews: [],
    timeline: [],
  };
  state.pulls.push(pull);
  state.objects.setRef(`refs/pull/${pull.number}/head`, pull.headSha);
  state.events.push({ name: "pull_request", action: "opened", by: author, pull });
  return pull;
}

function listPulls({ state, query }: Call) {
  const {
    state: wanted = "open",
    head,
    base,
    sort = "created",
    direction = sort === "created" ? "desc" : "asc",
  } = query;
  const fitting = state.pulls
    .filter((pull) => wanted === "all" || pull.state === wanted)
    .filter((pull) => base === undefined || pull.base === base)
    .filter((pull) => head === undefined || !head.includes(":") || head === `${pull.headOwner}:${pull.head}`);
  const key = (pull: Pull) =>
    (sort === "updated" ? pull.updatedAt : pull.createdAt) + String(pull.number).padStart(9, "0");
  const sorted = fitting.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
  return { page: (direction === "desc" ? sorted.reverse() : sorted).map((pull) => listedPullView(state, pull)) };
}

function createPull(call: Call) {
  const { state, body } = call;
  const [owner, branch] = body.head.includes(":") ? body.head.split(":", 2) : [state.owner.login, body.head];
  if (owner !== state.owner.login) throw invalid("PullRequest", "head", "invalid");
  const headSha = state.objects.resolve(`refs/heads/${branch}`, "commit");
  if (headSha === undefined) throw invalid("PullRequest", "head", "invalid");
  const baseSha = state.objects.resolve(`refs/heads/${body.base}`, "commit");
  if (baseSha === undefined) throw invalid("PullRequest", "base", "invalid");
  if (
    state.pulls.some(
      (pull) => pull.state === "open" && pull.head === branch && pull.headOwner === owner && pull.base === body.base,
    )
  ) {
    const message = `A pull request already exists for ${owner}:${branch}.`;
    throw new Refusal(422, "Validation Failed", [{ resource: "PullRequest", code: "custom", message }]);
  }
  if (state.objects.isAncestor(headSha, baseSha)) {
    const message = `No commits between ${body.base} and ${branch}`;
    throw new Refusal(422, "Validation Failed", [{ resource: "PullRequest", code: "custom", message }]);
  }
  if ((body.body ?? "").length > 65_536)
    throw invalid("PullRequest", "body", "custom", "body is too long (maximum is 65536 characters)");
  const pull = openPull(state, by(call), {
    head: branch,
    headSha,
    base: body.base,
    title: body.title ?? "",
    body: body.body,
    draft: body.draft,
  });
  return { status: 201, body: pullView(state, pull) };
}

function updatePull(call: Call) {
  const { state, actor, body } = call;
  const pull = pullOf(call);
  const mine = pull.author.id === by(call).id;
  // Closing needs triage, the text and the base need write, unless the pull request is one's own.
  const asked = body.title !== undefined || body.body !== undefined || body.base !== undefined;
  if (!mine && !may(actor, asked ? "write" : "triage", "pull_requests:write"))
    throw new Refusal(403, "Must have write access to repository.");
  if (body.base !== undefined && body.base !== pull.base) {
    pull.baseSha = commitOf(state, body.base);
    pull.base = body.base;
  }
  if (asked) state.events.push({ name: "pull_request", action: "edited", by: by(call), pull });
  pull.title = body.title ?? pull.title;
  pull.body = body.body ?? pull.body;
  pull.updatedAt = timeOf(state);
  if (body.state === "closed" && pull.state === "open") close(state, actor, pull);
  if (body.state === "open" && pull.state === "closed") {
    if (pull.merged || state.objects.resolve(`refs/heads/${pull.head}`) === undefined)
      throw invalid("PullRequest", "state", "invalid");
    pull.state = "open";
    pull.closedAt = null;
    // While it was closed, nobody looked after it.
    pull.headSha = commitOf(state, pull.head);
    state.events.push({ name: "pull_request", action: "reopened", by: by(call), pull });
  }
  return { status: 200, body: pullView(state, pull) };
}

function mergePull(call: Call) {
  const { state, actor, body } = call;
  const pull = pullOf(call);
  if (pull.state !== "open") throw new Refusal(405, "Pull Request is not mergeable");
  if (body?.sha !== undefined && body.sha !== pull.headSha)
    throw new Refusal(409, "Head branch was modified. Review and try the merge again.");
  if ((body?.merge_method ?? "merge") !== "merge") throw new Error("the stand-in merges with merge commits alone");
  const ref = `refs/heads/${pull.base}`;
  const from = commitOf(state, pull.base);
  const to = mergeCommit(
    call,
    from,
    pull.headSha,
    body?.commit_message ?? `Merge pull request #${pull.number} from ${pull.headOwner}/${pull.head}`,
  );
  moveRef(state, actor, { ref, from, to }, { pull });
  return { status: 200, body: { sha: to, merged: true, message: "Pull Request successfully merged" } };
}
