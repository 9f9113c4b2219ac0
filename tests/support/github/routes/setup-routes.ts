import { type Call, find, type Route, type Routes } from "../call.ts";
import { notFound, Refusal } from "../refusal.ts";
import { userView } from "../view.ts";

const REPO = "/repos/{owner}/{repo}";
const FORKS = `${REPO}/actions/permissions/fork-pr`;
const VARIABLES = `${REPO}/environments/{environment_name}/variables`;

/** What else an organiser sets: workflows of forks, variables, invitations, code owners. docs.github.com/rest/actions, /rest/collaborators/invitations, /rest/repos */
export const setupRoutes: Routes = {
  // One is for public repositories, the other for private ones.
  [`GET ${FORKS}-contributor-approval`]: forks("contributor-approval", false, {
    approval_policy: "first_time_contributors",
  }),
  [`PUT ${FORKS}-contributor-approval`]: forks("contributor-approval", false),
  [`GET ${FORKS}-workflows-private-repos`]: forks("workflows-private-repos", true, {
    run_workflows_from_fork_pull_requests: false,
    send_write_tokens_to_workflows: false,
    send_secrets_and_variables: false,
    require_approval_for_fork_pr_workflows: false,
  }),
  [`PUT ${FORKS}-workflows-private-repos`]: forks("workflows-private-repos", true),
  [`GET ${REPO}/actions/organization-secrets`]: {
    app: "secrets:read",
    role: "write",
    handler: ({ state }) => ({ page: namesOf(state.settings.get("organization secrets")), under: "secrets" }),
  },
  [`GET ${REPO}/actions/variables`]: { app: "variables:read", role: "write", handler: listVariables },
  [`POST ${REPO}/actions/variables`]: {
    app: "variables:write",
    role: "write",
    handler: (call) => {
      const { name, value } = call.body;
      if (name in variablesOf(call)) throw new Refusal(409, "Already exists");
      call.state.settings.set(placeOf(call), { ...variablesOf(call), [name]: value });
      return { status: 201, body: {} };
    },
  },
  [`PATCH ${REPO}/actions/variables/{name}`]: { app: "variables:write", role: "write", handler: changeVariable },
  [`GET ${VARIABLES}`]: { app: "environments:read", role: "write", handler: listVariables },
  [`PATCH ${VARIABLES}/{name}`]: { app: "environments:write", role: "write", handler: changeVariable },
  [`GET ${REPO}/invitations`]: {
    app: "administration:read",
    role: "admin",
    handler: ({ state }) => ({
      page: Object.entries(state.settings.get("invitations") ?? {}).map(([login, permissions]) => {
        const { id } = find(state.accounts, (one) => one.login === login);
        return { id: id + 1, invitee: userView({ id, login, type: "User" }), permissions, expired: false };
      }),
    }),
  },
  [`GET ${REPO}/codeowners/errors`]: {
    app: "contents:read",
    role: "read",
    handler: ({ state, query }) => {
      const main = query.ref ?? "main";
      const [path, kind] = [".github/CODEOWNERS", "Unknown owner"];
      if (!state.objects.asks(["cat-file", "-e", `${main}:${path}`])) throw notFound();
      const lines = state.objects.git(["show", `${main}:${path}`]).split("\n");
      const errors = lines.flatMap((source, at) => {
        const owners = source.startsWith("#") ? [] : source.split(/\s+/).filter((word) => word.startsWith("@"));
        const unknown = owners.some(
          (owner) => !state.accounts.some((one) => `@${one.login}` === owner && one.role === "admin"),
        );
        return unknown ? [{ line: at + 1, column: 1, source, kind, suggestion: null, message: kind, path }] : [];
      });
      return { status: 200, body: { errors } };
    },
  },
};

function forks(name: string, isPrivate: boolean, initial?: object): Route {
  return {
    app: initial ? "administration:read" : "administration:write",
    role: "admin",
    handler: ({ state, body }) => {
      if (state.repository.private !== isPrivate) throw notFound();
      if (initial) return { status: 200, body: { ...initial, ...state.settings.get(name) } };
      state.settings.set(name, { ...state.settings.get(name), ...body });
      return { status: 204 };
    },
  };
}

/** Variables of the repository, or of the environment in the path. */
function placeOf({ state, path }: Call): string {
  const { environment_name: name } = path;
  if (name !== undefined) find(state.environments, (one) => one.name === name);
  return name === undefined ? "variables" : `variables of ${name}`;
}

function variablesOf(call: Call): Record<string, unknown> {
  return call.state.settings.get(placeOf(call)) ?? {};
}

function listVariables(call: Call) {
  const page = namesOf(variablesOf(call)).map((one) => ({ ...one, value: variablesOf(call)[one.name] }));
  return { page, under: "variables" };
}

function changeVariable(call: Call) {
  const { name = "" } = call.path;
  if (!(name in variablesOf(call))) throw notFound();
  call.state.settings.set(placeOf(call), { ...variablesOf(call), [name]: call.body.value });
  return { status: 204 };
}

function namesOf(set: object | undefined): { name: string; created_at: string; updated_at: string }[] {
  const at = "2026-01-01T00:00:00Z";
  return Object.keys(set ?? {}).map((name) => ({ name, created_at: at, updated_at: at }));
}
