import { by, type Call, type Route, type Routes } from "../call.ts";
import { notFound, Refusal } from "../refusal.ts";
import { apiOf, ownerView, repositoryView } from "../view.ts";
import { permissionsOf } from "./people-routes.ts";

const REPO = "/repos/{owner}/{repo}";
const ACTIONS = `${REPO}/actions/permissions`;

/** Settings of organisation, repository, Actions and Pages. docs.github.com/rest/orgs, /rest/repos, /rest/actions/permissions, /rest/pages */
export const settingsRoutes: Routes = {
  [`GET ${REPO}`]: {
    app: "metadata:read",
    role: "read",
    handler: (call) => ({ status: 200, body: repositoryFor(call) }),
  },
  [`PATCH ${REPO}`]: {
    app: "administration:write",
    role: "admin",
    handler: (call) => {
      keep(call, "repository");
      if (call.body.private !== undefined) call.state.repository.private = call.body.private;
      return { status: 200, body: repositoryFor(call) };
    },
  },
  "GET /orgs/{org}": {
    app: "metadata:read",
    role: "read",
    handler: (call) => ({ status: 200, body: organization(call) }),
  },
  "PATCH /orgs/{org}": {
    app: "organization_administration:write" as never,
    role: "admin",
    handler: (call) => {
      keep(call, "organization");
      return { status: 200, body: organization(call) };
    },
  },
  "GET /organizations/{org}/settings/billing/budgets": {
    app: "organization_administration:read" as never,
    role: "admin",
    handler: ({ state, query }) => {
      const budgets = state.settings.get("budgets")?.list as object[] | undefined;
      if (budgets === undefined) throw notFound();
      return { status: 200, body: { budgets: budgets.slice(0, Number(query.per_page)), has_next_page: false } };
    },
  },
  [`GET ${ACTIONS}`]: kept("actions", "administration:read", { enabled: true, allowed_actions: "all" }),
  [`PUT ${ACTIONS}`]: keeping("actions"),
  [`GET ${ACTIONS}/workflow`]: kept("workflow", "administration:read", {
    default_workflow_permissions: "read",
    can_approve_pull_request_reviews: false,
  }),
  [`PUT ${ACTIONS}/workflow`]: keeping("workflow"),
  [`GET ${ACTIONS}/selected-actions`]: kept("selected-actions", "administration:read", {
    github_owned_allowed: true,
    verified_allowed: false,
    patterns_allowed: [],
  }),
  [`PUT ${ACTIONS}/selected-actions`]: keeping("selected-actions"),
  [`GET ${REPO}/actions/secrets`]: {
    app: "secrets:read",
    role: "write",
    // Only names: GitHub gives no value back to anyone.
    handler: ({ state }) => ({
      page: state.secrets.map((name) => ({
        name,
        created_at: "2026-01-01T00:00:00Z",
        updated_at: "2026-01-01T00:00:00Z",
      })),
      under: "secrets",
    }),
  },
  [`GET ${REPO}/pages`]: {
    app: "pages:read",
    role: "read",
    handler: ({ state }) => {
      const pages = state.settings.get("pages");
      if (pages === undefined) throw notFound();
      return {
        status: 200,
        body: {
          status: null,
          cname: null,
          custom_404: false,
          public: true,
          https_enforced: true,
          ...pages,
          url: `${apiOf(state)}/pages`,
        },
      };
    },
  },
  [`POST ${REPO}/pages`]: {
    app: "pages:write",
    role: "maintain",
    handler: (call) => {
      if (call.state.settings.has("pages")) throw new Refusal(409, "GitHub Pages is already enabled.");
      keep(call, "pages");
      return {
        status: 201,
        body: {
          status: null,
          cname: null,
          custom_404: false,
          public: true,
          ...call.body,
          url: `${apiOf(call.state)}/pages`,
        },
      };
    },
  },
  [`PUT ${REPO}/pages`]: {
    app: "pages:write",
    role: "maintain",
    handler: (call) => {
      if (!call.state.settings.has("pages")) throw notFound();
      keep(call, "pages");
      return { status: 204 };
    },
  },
};

/** A setting that is given back as it was set. */
function kept(name: string, app: Route["app"], initial: object): Route {
  return {
    app,
    role: "admin",
    handler: ({ state }) => ({ status: 200, body: { ...initial, ...state.settings.get(name) } }),
  };
}

function keeping(name: string): Route {
  return {
    app: "administration:write",
    role: "admin",
    handler: (call) => {
      keep(call, name);
      return { status: 204 };
    },
  };
}

function keep({ state, body }: Call, name: string): void {
  state.settings.set(name, { ...state.settings.get(name), ...body });
}

function repositoryFor(call: Call): object {
  const { actor, state } = call;
  const role = actor.kind === "user" ? (actor.account.role === "none" ? "read" : actor.account.role) : "read";
  return { ...repositoryView(state), permissions: permissionsOf(role), organization: ownerView(state) };
}

function organization({ state, ...call }: Call): object {
  // What concerns safety is shown only to owners.
  const owner = by({ state, ...call });
  const admin = state.accounts.some((one) => one.id === owner.id && one.role === "admin");
  const { plan, ...rest } = {
    plan: { name: "team", space: 0, private_repos: 999 },
    ...state.settings.get("organization"),
  };
  return {
    ...ownerView(state),
    ...(admin ? { plan, two_factor_requirement_enabled: false, default_repository_permission: "none", ...rest } : {}),
  };
}
