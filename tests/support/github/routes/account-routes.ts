import { type Account, type Actor, type App, authorOf, type Permissions } from "../account.ts";
import { type Call, find, type Routes } from "../call.ts";
import { notFound, Refusal } from "../refusal.ts";
import type { State } from "../state.ts";
import { appView, ownerView, repositoryView, userView } from "../view.ts";

/** How long an installation's token lasts. docs.github.com: "Generating an installation access token" */
const TOKEN_LIFE = 3_600_000;

/** Apps, installations and accounts. docs.github.com/rest/apps, /rest/users */
export const accountRoutes: Routes = {
  "GET /app": { app: "jwt", handler: ({ state, actor }) => ({ status: 200, body: appView(state, appOf(actor)) }) },
  "GET /app/installations": {
    app: "jwt",
    handler: ({ state, actor }) => ({ page: [installationView(state, appOf(actor))] }),
  },
  "GET /repos/{owner}/{repo}/installation": {
    app: "jwt",
    handler: ({ state, actor }) => ({ status: 200, body: installationView(state, appOf(actor)) }),
  },
  "POST /app/installations/{installation_id}/access_tokens": { app: "jwt", handler: createToken },
  "GET /installation/repositories": {
    app: "metadata:read",
    handler: ({ state }) => ({ page: [repositoryView(state)], under: "repositories" }),
  },
  "GET /user": {
    app: "metadata:read",
    role: "read",
    handler: ({ actor }) => {
      if (actor.kind !== "user") throw new Refusal(403, "Resource not accessible by integration");
      return { status: 200, body: personView(actor.account) };
    },
  },
  "GET /user/{account_id}": {
    app: "anyone",
    handler: ({ state, path }) => ({ status: 200, body: whoIs(state, (one) => one.id === Number(path.account_id)) }),
  },
  "GET /users/{username}": {
    app: "anyone",
    handler: ({ state, path }) => ({ status: 200, body: whoIs(state, (one) => one.login === path.username) }),
  },
  "GET /orgs/{org}/installations": {
    app: "organization_administration:read" as never,
    role: "admin",
    handler: ({ state }) => ({ page: state.apps.map((app) => installationView(state, app)), under: "installations" }),
  },
};

/** A token of an installation; `ghs_` as GitHub's. */
export function addToken(state: State, actor: Actor, life = TOKEN_LIFE): { token: string; expires: number } {
  const token = `ghs_${String(state.nextId()).padStart(36, "0")}`;
  // Whole seconds, as the answer says it.
  const expires = Math.floor((state.clock() + life) / 1000) * 1000;
  state.tokens.set(token, { actor, expires });
  return { token, expires };
}

function createToken({ state, actor, path, body }: Call) {
  const app = appOf(actor);
  if (app.installation !== Number(path.installation_id)) throw notFound();
  const asked = (body?.permissions ?? app.permissions) as Permissions;
  for (const [name, level] of Object.entries(asked)) {
    const has = name === "metadata" ? "read" : app.permissions[name];
    if (has !== level && has !== "write") {
      throw new Refusal(422, "The permissions requested are not granted to this installation.");
    }
  }
  if ((body?.repositories ?? []).some((name: string) => name !== state.repository.name)) {
    throw new Refusal(
      422,
      "There is at least one repository that does not exist or is not accessible to the parent installation.",
    );
  }
  const permissions: Permissions = { metadata: "read", ...asked };
  const { token, expires } = addToken(state, { kind: "installation", app, permissions });
  return {
    status: 201,
    body: {
      token,
      expires_at: new Date(expires).toISOString().replace(".000Z", "Z"),
      permissions,
      repository_selection: "selected",
      repositories: [repositoryView(state)],
    },
  };
}

function installationView(state: State, app: App): object {
  return {
    id: app.installation,
    app_id: app.id,
    app_slug: app.slug,
    account: ownerView(state),
    target_id: state.owner.id,
    target_type: "Organization",
    repository_selection: "selected",
    permissions: { metadata: "read", ...app.permissions },
    events: [],
    suspended_at: null,
    suspended_by: null,
    single_file_name: null,
  };
}

function whoIs(state: State, matches: (one: { id: number; login: string }) => boolean): object {
  const bots = state.apps.map((app) => ({ ...app.bot, type: "Bot" as const }));
  const people = state.accounts.map((account) => authorOf({ kind: "user", account }));
  const found = find([...people, ...bots], matches);
  return { ...userView(found), user_view_type: "public", name: null, company: null, hireable: null, bio: null };
}

function personView(account: Account): object {
  return { ...userView(authorOf({ kind: "user", account })), two_factor_authentication: true };
}

function appOf(actor: Actor): App {
  if (actor.kind === "user") throw notFound();
  return actor.app;
}
