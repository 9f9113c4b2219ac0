import { type Call, find, may, type Routes } from "../call.ts";
import { notFound, Refusal } from "../refusal.ts";
import { type Ruleset, rulesFor } from "../ruleset.ts";
import { type Environment, type State, timeOf } from "../state.ts";

const REPO = "/repos/{owner}/{repo}";
const ENVIRONMENT = `${REPO}/environments/{environment_name}`;

/** Rulesets and environments. docs.github.com/rest/repos/rules, /rest/deployments/environments */
export const ruleRoutes: Routes = {
  [`GET ${REPO}/rules/branches/{branch}`]: {
    app: "metadata:read",
    role: "read",
    handler: ({ state, path }) => ({
      page: rulesFor(state, `refs/heads/${path.branch}`).map(({ rule, ruleset }) => {
        return {
          ...rule,
          ruleset_id: ruleset.id,
          ...sourceOf(state, ruleset),
        };
      }),
    }),
  },
  [`GET ${REPO}/rulesets`]: {
    app: "metadata:read",
    role: "read",
    handler: (call) => ({
      page: call.state.rulesets.map((ruleset) => {
        const { rules: _, bypass_actors: __, conditions: ___, ...short } = rulesetView(call, ruleset);
        return short;
      }),
    }),
  },
  "GET /orgs/{org}/rulesets/{ruleset_id}": {
    app: "organization_administration:read" as never,
    role: "admin",
    handler: (call) => {
      const ruleset = rulesetOf(call);
      if (!ruleset.ofOrganisation) throw notFound();
      return { status: 200, body: rulesetView(call, ruleset) };
    },
  },
  [`GET ${REPO}/branches/{branch}/protection`]: {
    app: "administration:read",
    role: "admin",
    handler: ({ state, path }) => {
      if (!state.settings.get("classic protection")?.[path.branch!]) throw new Refusal(404, "Branch not protected");
      return { status: 200, body: {} };
    },
  },
  [`POST ${REPO}/rulesets`]: {
    app: "administration:write",
    role: "admin",
    handler: (call) => {
      const { state, body } = call;
      if (state.rulesets.some((one) => one.name === body.name))
        throw new Refusal(422, "Validation Failed", [{ message: "Name must be unique" } as object]);
      const now = timeOf(state);
      const ruleset: Ruleset = {
        id: state.nextId(),
        target: "branch",
        bypass_actors: [],
        conditions: {},
        rules: [],
        ...body,
        createdAt: now,
        updatedAt: now,
      };
      state.rulesets.push(ruleset);
      return { status: 201, body: rulesetView(call, ruleset) };
    },
  },
  [`GET ${REPO}/rulesets/{ruleset_id}`]: {
    app: "metadata:read",
    role: "read",
    handler: (call) => ({ status: 200, body: rulesetView(call, rulesetOf(call)) }),
  },
  [`PUT ${REPO}/rulesets/{ruleset_id}`]: {
    app: "administration:write",
    role: "admin",
    handler: (call) => {
      // An organisation's ruleset is changed there.
      if (rulesetOf(call).ofOrganisation) throw notFound();
      const ruleset = Object.assign(rulesetOf(call), call.body, { updatedAt: timeOf(call.state) });
      return { status: 200, body: rulesetView(call, ruleset) };
    },
  },
  [`DELETE ${REPO}/rulesets/{ruleset_id}`]: {
    app: "administration:write",
    role: "admin",
    handler: (call) => {
      call.state.rulesets.splice(call.state.rulesets.indexOf(rulesetOf(call)), 1);
      return { status: 204 };
    },
  },
  [`GET ${REPO}/environments`]: {
    app: "actions:read",
    role: "read",
    handler: ({ state }) => ({ page: state.environments.map(environmentView), under: "environments" }),
  },
  [`GET ${ENVIRONMENT}`]: {
    app: "actions:read",
    role: "read",
    handler: (call) => ({ status: 200, body: environmentView(environmentOf(call)) }),
  },
  [`PUT ${ENVIRONMENT}`]: {
    app: "administration:write",
    role: "admin",
    handler: ({ state, path, body }) => {
      const rules = body ?? {};
      const known = state.environments.find((one) => one.name === path.environment_name);
      const environment: Environment = known ?? {
        id: state.nextId(),
        name: path.environment_name!,
        rules,
        branches: [],
        secrets: [],
      };
      if (known === undefined) state.environments.push(environment);
      // What a call leaves out goes back to nothing, and administrators who were bound pass the rules again.
      environment.rules = rules;
      return { status: 200, body: environmentView(environment) };
    },
  },
  [`GET ${ENVIRONMENT}/secrets`]: {
    app: "environments:read",
    role: "write",
    handler: (call) => ({
      page: environmentOf(call).secrets.map((name) => ({
        name,
        created_at: "2026-01-01T00:00:00Z",
        updated_at: "2026-01-01T00:00:00Z",
      })),
      under: "secrets",
    }),
  },
  [`GET ${ENVIRONMENT}/deployment-branch-policies`]: {
    app: "actions:read",
    role: "read",
    handler: (call) => ({ page: environmentOf(call).branches, under: "branch_policies" }),
  },
  [`POST ${ENVIRONMENT}/deployment-branch-policies`]: {
    app: "administration:write",
    role: "admin",
    handler: (call) => {
      const environment = environmentOf(call);
      const policy = environment.rules.deployment_branch_policy as
        | { custom_branch_policies?: boolean }
        | null
        | undefined;
      if (policy?.custom_branch_policies !== true) throw notFound();
      const branch = { id: call.state.nextId(), name: call.body.name, type: call.body.type ?? "branch" };
      environment.branches.push(branch);
      return { status: 200, body: branch };
    },
  },
  [`DELETE ${ENVIRONMENT}/deployment-branch-policies/{branch_policy_id}`]: {
    app: "administration:write",
    role: "admin",
    handler: (call) => {
      const { branches } = environmentOf(call);
      branches.splice(branches.indexOf(find(branches, (one) => one.id === Number(call.path.branch_policy_id))), 1);
      return { status: 204 };
    },
  },
};

function rulesetView(call: Call, ruleset: Ruleset) {
  const { createdAt, updatedAt, bypass_actors, ofOrganisation: _, ...rest } = ruleset;
  const { ruleset_source: source, ruleset_source_type: source_type } = sourceOf(call.state, ruleset);
  return {
    ...rest,
    node_id: `RRS_${ruleset.id}`,
    source_type,
    source,
    created_at: createdAt,
    updated_at: updatedAt,
    // Who may pass is shown only to those who may change it.
    ...(may(call.actor, "admin", "administration:write") ? { bypass_actors } : {}),
  } as Record<string, unknown>;
}

function sourceOf({ owner, repository }: State, { ofOrganisation }: Ruleset) {
  return ofOrganisation
    ? { ruleset_source: owner.login, ruleset_source_type: "Organization" }
    : { ruleset_source: `${owner.login}/${repository.name}`, ruleset_source_type: "Repository" };
}

function environmentView(environment: Environment): object {
  const { id, name, rules } = environment;
  const { reviewers, wait_timer, prevent_self_review, deployment_branch_policy, can_admins_bypass } = rules;
  const protection = [
    ...(wait_timer ? [{ id: id + 1, node_id: "GA_1", type: "wait_timer", wait_timer }] : []),
    ...(Array.isArray(reviewers) && reviewers.length > 0
      ? [
          {
            id: id + 2,
            node_id: "GA_2",
            type: "required_reviewers",
            prevent_self_review: prevent_self_review === true,
            reviewers: [],
          },
        ]
      : []),
    ...(deployment_branch_policy ? [{ id: id + 3, node_id: "GA_3", type: "branch_policy" }] : []),
  ];
  return {
    id,
    name,
    node_id: `EN_${id}`,
    protection_rules: protection,
    deployment_branch_policy: deployment_branch_policy ?? null,
    can_admins_bypass: can_admins_bypass ?? true,
  };
}

function rulesetOf({ state, path }: Call): Ruleset {
  return find(state.rulesets, (one) => one.id === Number(path.ruleset_id));
}

function environmentOf({ state, path }: Call): Environment {
  return find(state.environments, (one) => one.name === path.environment_name);
}
