import { by, type Call, type Routes } from "../call.ts";
import { commitOf, filesBetween, mergeCommit } from "../git/commit.ts";
import { shownMain } from "../git/fresh-branch.ts";
import { formatCommit, type Person } from "../git/objects.ts";
import { moveRef } from "../git/ref.ts";
import { notFound, Refusal } from "../refusal.ts";
import { rulesFor } from "../ruleset.ts";
import { type State, timeOf } from "../state.ts";
import { apiOf, commitView } from "../view.ts";
import { listedPullView } from "./pull-view.ts";

const REPO = "/repos/{owner}/{repo}";

/** Files, branches, commits and how they differ. docs.github.com/rest/repos, /rest/branches, /rest/commits */
export const contentRoutes: Routes = {
  [`GET ${REPO}/contents/{path}`]: { app: "contents:read", role: "read", handler: readContent },
  [`PUT ${REPO}/contents/{path}`]: { app: "contents:write", role: "write", handler: writeContent },
  [`GET ${REPO}/branches`]: {
    app: "contents:read",
    role: "read",
    handler: ({ state }) => ({
      page: state.objects.refs("refs/heads/").map(([ref, sha]) => ({
        ...branchView(state, ref, sha),
        commit: { sha, url: `${apiOf(state)}/commits/${sha}` },
      })),
    }),
  },
  [`GET ${REPO}/branches/{branch}`]: {
    app: "contents:read",
    role: "read",
    handler: ({ state, actor, path }) => {
      const ref = `refs/heads/${path.branch}`;
      const found = state.objects.resolve(ref, "commit");
      if (found === undefined) throw notFound();
      const sha = shownMain(state, actor, path.branch!, found);
      return { status: 200, body: { ...branchView(state, ref, sha), commit: commitView(state, sha) } };
    },
  },
  [`GET ${REPO}/commits`]: {
    app: "contents:read",
    role: "read",
    handler: ({ state, query }) => {
      const from = commitOf(state, query.sha ?? "main");
      const under = query.path === undefined ? [] : [query.path];
      const shas = state.objects
        .git(["rev-list", from, "--", ...under])
        .split("\n")
        .filter(Boolean);
      return { page: shas.map((sha) => commitView(state, sha)) };
    },
  },
  [`GET ${REPO}/commits/{ref}`]: {
    app: "contents:read",
    role: "read",
    handler: ({ state, path }) => {
      const sha = commitOf(state, path.ref!);
      const [parent] = state.objects.readCommit(sha).parents;
      return {
        status: 200,
        body: {
          ...commitView(state, sha),
          files: filesBetween(state, parent ?? state.objects.writeObject("tree", ""), sha),
        },
      };
    },
  },
  [`GET ${REPO}/commits/{commit_sha}/pulls`]: {
    app: "pull_requests:read",
    role: "read",
    handler: ({ state, path }) => {
      const sha = commitOf(state, path.commit_sha!);
      const holds = state.pulls.filter(
        (pull) => state.objects.isAncestor(sha, pull.headSha) && !state.objects.isAncestor(sha, pull.baseSha),
      );
      return { page: holds.map((pull) => listedPullView(state, pull)) };
    },
  },
  [`GET ${REPO}/compare/{basehead}`]: { app: "contents:read", role: "read", handler: compare },
  [`POST ${REPO}/merges`]: {
    app: "contents:write",
    role: "write",
    handler: (call) => {
      const { state, actor, body } = call;
      const ref = `refs/heads/${body.base}`;
      const from = state.objects.resolve(ref, "commit");
      const head =
        state.objects.resolve(`refs/heads/${body.head}`, "commit") ?? state.objects.resolve(body.head, "commit");
      if (from === undefined || head === undefined)
        throw new Refusal(404, from ? "Head does not exist" : "Base does not exist");
      if (state.objects.isAncestor(head, from)) return { status: 204 };
      const to = mergeCommit(call, from, head, body.commit_message ?? `Merge ${body.head} into ${body.base}`);
      moveRef(state, actor, { ref, from, to });
      return { status: 201, body: commitView(state, to) };
    },
  },
};

function compare({ state, path }: Call) {
  const [base = "", head = ""] = path.basehead!.split("...");
  const [from, to] = [state.objects, state.objects].map((_, i) => commitOf(state, [base, head][i]!)) as [
    string,
    string,
  ];
  if (!state.objects.asks(["merge-base", from, to])) throw new Refusal(404, "No common ancestor between the two");
  const origin = state.objects.forkPoint(from, to);
  const ahead = state.objects
    .git(["rev-list", "--reverse", `${from}..${to}`])
    .split("\n")
    .filter(Boolean);
  const behind = Number(state.objects.git(["rev-list", "--count", `${to}..${from}`]));
  const status = ahead.length > 0 ? (behind > 0 ? "diverged" : "ahead") : behind > 0 ? "behind" : "identical";
  const body = {
    base_commit: commitView(state, from),
    merge_base_commit: commitView(state, origin),
    status,
    ahead_by: ahead.length,
    behind_by: behind,
    total_commits: ahead.length,
    commits: ahead.slice(0, 250).map((sha) => commitView(state, sha)),
    files: filesBetween(state, origin, to).slice(0, 300),
  };
  return { status: 200, body };
}

function readContent({ state, path, query }: Call) {
  const commit = commitOf(state, query.ref ?? "main");
  const entry = state.objects.git(["ls-tree", "-z", "-l", "--full-tree", commit, "--", path.path!]).replace(/\0$/, "");
  const [, mode = "", type, sha = "", size = ""] = /^(\d+) (\w+) (\w+) +(\S+)\t/.exec(entry) ?? [];
  if (type !== "blob") throw notFound();
  if (mode === "120000") throw new Error("the stand-in does not read symbolic links");
  const content = state.objects.readBlob(sha).toString("base64").replace(/.{60}/g, "$&\n");
  const name = path.path!.split("/").at(-1);
  return {
    status: 200,
    body: { type: "file", encoding: "base64", size: Number(size), name, path: path.path, content, sha },
  };
}

function writeContent(call: Call) {
  const { state, actor, path, body } = call;
  const ref = `refs/heads/${body.branch ?? "main"}`;
  const from = state.objects.resolve(ref, "commit");
  if (from === undefined) throw notFound();
  const before = state.objects.resolve(`${from}:${path.path}`, "blob");
  if (before !== body.sha) throw new Refusal(before ? 409 : 422, `${path.path} does not match ${body.sha}`);
  const blob = state.objects.writeObject("blob", Buffer.from(body.content, "base64"));
  const tree = state.objects.writeTree(from, [{ path: path.path!, mode: "100644", sha: blob }]);
  const { id, login } = by(call);
  const author: Person = { name: login, email: `${id}+${login}@users.noreply.github.com`, date: timeOf(state) };
  const text = formatCommit(
    { tree, parents: [from], author, committer: author, message: body.message },
    "unmodelled signature",
  );
  const to = state.objects.writeObject("commit", text);
  moveRef(state, actor, { ref, from, to });
  return {
    status: before ? 200 : 201,
    body: { content: { path: path.path, sha: blob, type: "file" }, commit: { sha: to, message: body.message } },
  };
}

function branchView(state: State, ref: string, sha: string) {
  return { name: ref.replace("refs/heads/", ""), commit: { sha }, protected: rulesFor(state, ref).length > 0 };
}
