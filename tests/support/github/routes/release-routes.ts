import { by, find, type Routes } from "../call.ts";
import { Refusal } from "../refusal.ts";
import { type Release, type State, timeOf } from "../state.ts";
import { apiOf, userView } from "../view.ts";

const REPO = "/repos/{owner}/{repo}";

/** Releases. docs.github.com/rest/releases/releases: an App needs *Contents*, and only who may push sees drafts. */
export const releaseRoutes: Routes = {
  [`GET ${REPO}/releases`]: {
    app: "contents:read",
    role: "read",
    handler: ({ state }) => ({ page: state.releases.map((release) => releaseView(state, release)) }),
  },
  [`POST ${REPO}/releases`]: {
    app: "contents:write",
    role: "write",
    handler: (call) => {
      const { state, body } = call;
      if (state.releases.some(({ tag }) => tag === body.tag_name)) throw new Refusal(422, "Validation Failed");
      const release: Release = { id: state.nextId(), tag: body.tag_name, author: by(call), at: timeOf(state) };
      state.releases.push(release);
      return { status: 201, body: releaseView(state, release) };
    },
  },
  // Its files go with it, its tag stays.
  [`DELETE ${REPO}/releases/{release_id}`]: {
    app: "contents:write",
    role: "write",
    handler: ({ state, path }) => {
      const release = find(state.releases, ({ id }) => id === Number(path.release_id));
      state.releases.splice(state.releases.indexOf(release), 1);
      return { status: 204 };
    },
  },
};

function releaseView(state: State, { id, tag, author, at }: Release): object {
  const url = `${apiOf(state)}/releases/${id}`;
  return {
    id,
    node_id: `RE_${id}`,
    url,
    html_url: `https://github.com/releases/${id}`,
    assets_url: `${url}/assets`,
    upload_url: `${url}/assets{?name,label}`,
    tarball_url: null,
    zipball_url: null,
    tag_name: tag,
    target_commitish: "main",
    name: tag,
    body: null,
    draft: false,
    prerelease: false,
    created_at: at,
    published_at: at,
    author: userView(author),
    assets: [],
  };
}
