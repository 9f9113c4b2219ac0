import { by, type Call, type Routes } from "../call.ts";
import { shownMain } from "../git/fresh-branch.ts";
import { formatCommit, type NewEntry, type Person } from "../git/objects.ts";
import { moveRef } from "../git/ref.ts";
import { notFound, Refusal } from "../refusal.ts";
import { type State, timeOf } from "../state.ts";
import { apiOf, gitCommitView } from "../view.ts";

const REPO = "/repos/{owner}/{repo}";

/** GitHub's Git database: refs, commits, trees, blobs. docs.github.com/rest/git */
export const gitRoutes: Routes = {
  [`GET ${REPO}/git/ref/{ref}`]: {
    app: "contents:read",
    role: "read",
    handler: ({ state, actor, path }) => {
      const ref = `refs/${path.ref}`;
      const found = state.objects.refs(ref).find(([name]) => name === ref);
      if (found === undefined) throw notFound();
      const sha = shownMain(state, actor, path.ref!.replace(/^heads\//, ""), found[1]);
      return { status: 200, body: refView(state, ref, sha) };
    },
  },
  [`GET ${REPO}/git/matching-refs/{ref}`]: {
    app: "contents:read",
    role: "read",
    handler: ({ state, path }) => {
      const matching = state.objects.refs("refs/").filter(([name]) => name.startsWith(`refs/${path.ref}`));
      return { status: 200, body: matching.map(([ref, sha]) => refView(state, ref, sha)) };
    },
  },
  [`POST ${REPO}/git/refs`]: {
    app: "contents:write",
    role: "write",
    handler: ({ state, actor, body }) => {
      const { ref, sha } = body;
      if (!/^refs\/(heads|tags)\/./.test(ref) || !state.objects.asks(["check-ref-format", ref])) {
        throw new Refusal(422, "Reference name must start with 'refs' and have at least two slashes.");
      }
      if (state.objects.resolve(sha, "commit") !== sha) throw new Refusal(422, "Object does not exist");
      if (state.objects.resolve(ref) !== undefined) throw new Refusal(422, "Reference already exists");
      // git keeps refs as paths: where one is a folder there can be no other of that name.
      if (state.objects.refs(ref).length > 0) throw new Refusal(422, "Reference cannot be created.");
      moveRef(state, actor, { ref, from: undefined, to: sha });
      return { status: 201, body: refView(state, ref, sha) };
    },
  },
  [`PATCH ${REPO}/git/refs/{ref}`]: {
    app: "contents:write",
    role: "write",
    handler: ({ state, actor, path, body }) => {
      const ref = `refs/${path.ref}`;
      const from = state.objects.resolve(ref);
      if (from === undefined) throw new Refusal(422, "Reference does not exist");
      if (state.objects.resolve(body.sha, "commit") !== body.sha) throw new Refusal(422, "Object does not exist");
      moveRef(state, actor, { ref, from, to: body.sha }, { force: body.force === true });
      return { status: 200, body: refView(state, ref, body.sha) };
    },
  },
  [`DELETE ${REPO}/git/refs/{ref}`]: {
    app: "contents:write",
    role: "write",
    handler: ({ state, actor, path }) => {
      const ref = `refs/${path.ref}`;
      const from = state.objects.resolve(ref);
      if (from === undefined || !/^refs\/(heads|tags)\//.test(ref)) throw new Refusal(422, "Reference does not exist");
      moveRef(state, actor, { ref, from, to: undefined });
      return { status: 204 };
    },
  },
  [`GET ${REPO}/git/commits/{commit_sha}`]: {
    app: "contents:read",
    role: "read",
    handler: ({ state, path }) => ({
      status: 200,
      body: gitCommitView(state, state.objects.readCommit(object(state, path.commit_sha!, "commit"))),
    }),
  },
  [`POST ${REPO}/git/commits`]: { app: "contents:write", role: "write", handler: createCommit },
  [`GET ${REPO}/git/trees/{tree_sha}`]: {
    app: "contents:read",
    role: "read",
    handler: ({ state, path, query }) => {
      const tree = state.objects.resolve(path.tree_sha!, "tree");
      if (tree === undefined) throw notFound();
      return { status: 200, body: treeView(state, tree, query.recursive !== undefined) };
    },
  },
  [`POST ${REPO}/git/trees`]: { app: "contents:write", role: "write", handler: createTree },
  [`GET ${REPO}/git/blobs/{file_sha}`]: {
    app: "contents:read",
    role: "read",
    handler: ({ state, path }) => {
      const sha = object(state, path.file_sha!, "blob");
      const bytes = state.objects.readBlob(sha);
      const content = bytes.toString("base64").replace(/.{60}/g, "$&\n");
      return {
        status: 200,
        body: {
          sha,
          node_id: `B_${sha}`,
          size: bytes.length,
          encoding: "base64",
          content,
          url: `${apiOf(state)}/git/blobs/${sha}`,
        },
      };
    },
  },
  [`POST ${REPO}/git/blobs`]: {
    app: "contents:write",
    role: "write",
    handler: ({ state, body }) => {
      const sha = state.objects.writeObject(
        "blob",
        Buffer.from(body.content, body.encoding === "base64" ? "base64" : "utf8"),
      );
      return { status: 201, body: { sha, url: `${apiOf(state)}/git/blobs/${sha}` } };
    },
  },
};

function createCommit(call: Call) {
  const { state, body } = call;
  const { objects } = state;
  if (objects.resolve(body.tree, "tree") !== body.tree) throw new Refusal(422, "Tree SHA does not exist");
  for (const parent of body.parents ?? []) {
    if (objects.resolve(parent, "commit") !== parent)
      throw new Refusal(422, "Parent SHA does not exist or is not a commit object");
  }
  const { id, login } = by(call);
  const self: Person = { name: login, email: `${id}+${login}@users.noreply.github.com`, date: timeOf(state) };
  const author: Person = body.author ? { date: timeOf(state), ...body.author } : self;
  const committer: Person = body.committer ? { date: timeOf(state), ...body.committer } : author;
  // GitHub signs only what a bot makes in its own name ("Signature verification for bots").
  const signed = call.actor.kind === "installation" && !body.author && !body.committer && !body.signature;
  const text = formatCommit(
    { tree: body.tree, parents: body.parents ?? [], author, committer, message: body.message },
    body.signature ? body.signature.trim().replaceAll("\n", "\n ") : signed ? "unmodelled signature" : undefined,
  );
  const sha = objects.writeObject("commit", text);
  return { status: 201, body: gitCommitView(state, objects.readCommit(sha)) };
}

function createTree({ state, body }: Call) {
  const { objects } = state;
  const base = body.base_tree === undefined ? undefined : objects.resolve(body.base_tree, "tree");
  if (body.base_tree !== undefined && base === undefined) throw new Refusal(422, "base_tree is not a valid tree oid");
  const seen = new Set<string>();
  const entries = (
    body.tree as { path?: string; mode?: string; type?: string; sha?: string | null; content?: string }[]
  ).map((one): NewEntry => {
    const { path = "", mode = "", sha, content } = one;
    if (path === "" || /(^|\/)(\.{0,2}|\.git)(\/|$)/i.test(path))
      throw new Refusal(422, `tree.path contains a malformed path component`);
    if (seen.has(path)) throw new Refusal(422, "tree.path is given twice");
    seen.add(path);
    if (content !== undefined && sha !== undefined)
      throw new Refusal(422, "Must supply either tree.sha or tree.content");
    if (content !== undefined) return { path, mode, sha: objects.writeObject("blob", content) };
    if (sha === null) return { path, mode, sha };
    if (sha === undefined) throw new Refusal(422, "Must supply either tree.sha or tree.content");
    if (mode === "040000") throw new Error("the stand-in does not put whole trees into a tree");
    // A submodule's commit is in another repository.
    if (mode !== "160000" && objects.resolve(sha, "blob") !== sha)
      throw new Refusal(422, `tree.sha ${sha} is not a valid blob`);
    return { path, mode, sha };
  });
  const sha = objects.writeTree(base, entries);
  return { status: 201, body: treeView(state, sha, false) };
}

function treeView(state: State, sha: string, recursive: boolean): object {
  const all = state.objects.readTree(sha, recursive);
  const tree = all.map((entry) => ({ ...entry, url: `${apiOf(state)}/git/${entry.type}s/${entry.sha}` }));
  // GitHub cuts at 100,000 entries or 7 MB.
  return {
    sha,
    url: `${apiOf(state)}/git/trees/${sha}`,
    tree: tree.slice(0, 100_000),
    truncated: tree.length > 100_000,
  };
}

function refView(state: State, ref: string, sha: string): object {
  return {
    ref,
    node_id: `REF_${ref}`,
    url: `${apiOf(state)}/git/${ref}`,
    object: { sha, type: "commit", url: `${apiOf(state)}/git/commits/${sha}` },
  };
}

function object(state: State, sha: string, type: "commit" | "blob"): string {
  const found = /^[0-9a-f]{40}$/.test(sha) ? state.objects.resolve(sha, type) : undefined;
  if (found !== sha) throw notFound();
  return sha;
}
