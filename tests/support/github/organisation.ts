import { readFileSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../../../scripts/outside/clock.ts";
import { openGitHub } from "../../../scripts/outside/github/api.ts";
import { applySettings } from "../../../scripts/outside/github/setup/apply.ts";
import type { Setting } from "../../../scripts/outside/github/setup/setting.ts";
import { surveyGitHub } from "../../../scripts/outside/github/setup/survey.ts";
import { realCampaign } from "../campaigns/real-campaign.ts";
import { root } from "../source.ts";
import type { Account, App } from "./account.ts";
import { mustAsk } from "./ask.ts";
import type { GitHubCall } from "./fault.ts";
import { type GitHub, startGitHub } from "./github.ts";

/** An organisation with its people and Apps, and a repository as GitHub makes it. */
export type TestOrganisation = {
  readonly github: GitHub;
  readonly organisers: readonly [Account, Account];
  /** listed on main, without access so far */
  readonly moderators: readonly [Account, Account];
  readonly file: App;
  readonly accept: App;
  /** what `setup:github` sees, with the first organiser's token unless told */
  look(mayBePublic?: boolean, token?: string): Promise<Setting[]>;
  /** what `--apply` says */
  apply(): Promise<string[]>;
  /** a request in the name of the first organiser that must be allowed */
  ask(method: string, path: string, body?: object): Promise<unknown>;
  /** requests so far that change something */
  writes(): GitHubCall[];
  /** what people have to click together */
  doByHand(): void;
  /** turns everything round; gives what cannot be turned back from here */
  changeEverything(): Promise<string[]>;
};

export async function makeOrganisation(): Promise<TestOrganisation> {
  const github = await startGitHub();
  const organisers = [
    github.addAccount("organiser-one", "admin"),
    github.addAccount("organiser-two", "admin"),
  ] as const;
  const moderators = [github.addAccount("moderator-one", "none"), github.addAccount("moderator-two", "none")] as const;
  github.repository.commit("main", "begin\n", {
    ".github/CODEOWNERS": "* @organiser-one @organiser-two\n/signatures/pending/\n",
    "content/campaign.yaml": realCampaign(readFileSync(join(root, "content/campaign.yaml"), "utf8"), "pages"),
    ".github/moderators.yml": `approvals: 2\nmoderators:\n${moderators.map(({ id }) => `  - ${id}\n`).join("")}`,
  });
  github.state.settings.set("variables", { ...github.state.settings.get("variables"), PUBLISH_TO: "pages" });
  const open = (token: string = organisers[0].token) =>
    openGitHub({ repository: github.name, as: { token }, apiUrl: github.origin, clock: systemClock });
  const organisation: TestOrganisation = {
    github,
    organisers,
    moderators,
    file: github.addApp("letter-file", { contents: "write", pull_requests: "write" }),
    accept: github.addApp("letter-accept", { contents: "write" }),
    look: async (mayBePublic = false, token) =>
      (await surveyGitHub(open(token), mayBePublic)).groups.flatMap(({ settings }) => settings),
    async apply() {
      const said: string[] = [];
      await applySettings(open(), await organisation.look(), (line) => said.push(line));
      return said;
    },
    ask: (method, path, body) => mustAsk(github, organisers[0].token, method, path, body),
    writes: () => github.calls.filter(({ operation }) => !operation.startsWith("GET ")),
    doByHand() {
      const { state } = github;
      state.settings.set("organization", {
        ...state.settings.get("organization"),
        two_factor_requirement_enabled: true,
      });
      state.settings.set("variables", {
        ...state.settings.get("variables"),
        SITE_URL: "https://letter.example.org",
        SERVICE_URL: "https://sign.example.org",
      });
      for (const one of state.environments) if (one.name === "accept") one.secrets.push("LEDGER_KEY", "ACCEPT_APP_KEY");
    },
    changeEverything: () => changeEverything(organisation),
  };
  return organisation;
}

/** The settings that are not as they should be. */
export function differing(settings: readonly Setting[], ...states: Setting["state"][]): Setting[] {
  const asked = states.length > 0 ? states : (["wrong", "by hand", "not offered"] as const);
  return settings.filter(({ state }) => (asked as readonly string[]).includes(state));
}

async function changeEverything({ github, ask, file, accept, moderators }: TestOrganisation): Promise<string[]> {
  const { state } = github;
  state.settings.set("organization", {
    two_factor_requirement_enabled: false,
    default_repository_permission: "read",
    members_can_fork_private_repositories: true,
  });
  github.addAccount("organiser-three", "admin");
  github.addAccount("stranger", "read");
  github.addApp("helper", { contents: "write" });
  Object.assign(file, { permissions: { ...file.permissions, workflows: "write" } });
  Object.assign(accept, { permissions: { contents: "write", pull_requests: "write" } });
  await ask("PATCH", "", {
    has_wiki: true,
    has_projects: true,
    allow_forking: true,
    allow_squash_merge: true,
    allow_rebase_merge: true,
    allow_merge_commit: false,
    allow_auto_merge: true,
    delete_branch_on_merge: false,
  });
  state.settings.set("repository", { ...state.settings.get("repository"), has_discussions: true });
  state.repository.private = true;
  await ask("PUT", "actions/permissions/selected-actions", { verified_allowed: true });
  await ask("PUT", "actions/permissions", { enabled: false, sha_pinning_required: false });
  await ask("PUT", "actions/permissions/workflow", {
    default_workflow_permissions: "write",
    can_approve_pull_request_reviews: true,
  });
  await ask("PUT", "actions/permissions/fork-pr-workflows-private-repos", {
    run_workflows_from_fork_pull_requests: true,
  });
  await ask("PUT", "pages", { https_enforced: false, build_type: "legacy", source: { branch: "main", path: "/" } });
  await ask("POST", "environments/accept/deployment-branch-policies", { name: "release/*" });
  await ask("PUT", "environments/github-pages", { deployment_branch_policy: null });
  // What such a call leaves out is on again.
  const branches = { protected_branches: false, custom_branch_policies: true };
  await ask("PUT", "environments/accept", { deployment_branch_policy: branches });
  state.environments.find(({ name }) => name === "accept")!.secrets.length = 0;
  state.secrets.push("LEDGER_KEY");
  state.settings.set("variables", {
    ...state.settings.get("variables"),
    SITE_URL: "http://a.example",
    ACCEPT_APP_ID: "7",
  });
  github.repository.commit("main", "change\n", {
    ".github/CODEOWNERS": "* @organiser-one @nobody\n",
    ".github/moderators.yml": `approvals: 3\nmoderators:\n  - ${moderators[0].id}\n  - 999999\n`,
  });
  moderators[0].role = "write";
  for (const { id, name } of (await ask("GET", "rulesets")) as { id: number; name: string }[]) {
    await ask("PUT", `rulesets/${id}`, await looser(ask, id, name));
  }
  state.settings.set("classic protection", { main: true });
  state.settings.set("budgets", { list: [{ ...BUDGET, budget_amount: 0 }] });
  state.rulesets.push({
    ...{ id: state.nextId(), name: "company policy", target: "branch", enforcement: "active", bypass_actors: [] },
    conditions: { ref_name: { include: ["~ALL"], exclude: [] } },
    rules: [{ type: "required_signatures" }, { type: "deletion" }],
    ...{ ofOrganisation: true, createdAt: "2026-01-01T00:00:00Z", updatedAt: "2026-01-01T00:00:00Z" },
  });
  return [
    "two-factor authentication",
    "owners",
    "file App",
    "accept App",
    "discussions",
    "secret ACCEPT_APP_KEY in the environment accept",
    "secret LEDGER_KEY in the environment accept",
    "secrets of accept outside its environment",
    "variable SITE_URL",
    ...RULES,
    "CODEOWNERS",
    "moderators listed",
    "moderator unknown",
    "others who have access",
    "budget for Actions",
  ];
}

/** What the organisation's own ruleset and the older kind of rules do. */
const RULES = [
  "rules on main that accept does not pass",
  "branch protection rule on main",
  "rules on sheets that the file App does not pass",
  "rules on sheets that accept does not pass",
];
const BUDGET = {
  ...{ id: "1", budget_type: "ProductPricing", budget_product_sku: "actions", budget_scope: "organization" },
  ...{ prevent_further_usage: true, budget_alerting: { will_alert: true, alert_recipients: ["organiser-one"] } },
};

type Rule = { type: string; parameters?: object };

async function looser(ask: TestOrganisation["ask"], id: number, name: string): Promise<object> {
  const { rules, bypass_actors } = (await ask("GET", `rulesets/${id}`)) as { rules: Rule[]; bypass_actors: object[] };
  switch (name) {
    case "main":
      return {
        bypass_actors: [...bypass_actors, { actor_type: "OrganizationAdmin", actor_id: 1 }],
        rules: [{ ...rules[0], parameters: { ...rules[0]!.parameters, require_code_owner_review: false } }],
      };
    case "main: history":
      return { enforcement: "disabled", conditions: { ref_name: { include: ["refs/heads/master"], exclude: [] } } };
    case "pending: who files":
      return { bypass_actors: [] };
    default:
      return { conditions: { ref_name: { include: ["~ALL"], exclude: ["refs/heads/pending/a"] } } };
  }
}
