import type { Actor, App } from "./account.ts";
import type { GitOptions } from "./git/objects.ts";
import type { Pull, State } from "./state.ts";

// GitHub's rules as docs.github.com describes them: "Available rules for rulesets" and "About rulesets".
export type Rule = { readonly type: string; readonly parameters?: Record<string, unknown> };
export type BypassActor = {
  readonly actor_id: number | null;
  readonly actor_type: string;
  readonly bypass_mode?: string;
};
export type Ruleset = {
  readonly id: number;
  name: string;
  target: string;
  enforcement: string;
  bypass_actors: BypassActor[];
  conditions: { ref_name?: { include?: string[]; exclude?: string[] } };
  rules: Rule[];
  /** made by the organisation for all of its repositories, and the repository's own otherwise */
  readonly ofOrganisation?: boolean;
  readonly createdAt: string;
  updatedAt: string;
};

/** A ref that is to move; `from` or `to` undefined for one that comes or goes. */
export type Move = { readonly ref: string; readonly from: string | undefined; readonly to: string | undefined };

/** The rules that forbid a move, in GitHub's words; none when it may be made. */
export function violations(
  state: State,
  actor: Actor,
  move: Move,
  options: GitOptions & { pull?: Pull } = {},
): string[] {
  return state.rulesets
    .filter((ruleset) => ruleset.enforcement === "active" && covers(ruleset, move.ref))
    .filter((ruleset) => !bypasses(ruleset, actor, options.pull !== undefined))
    .flatMap((ruleset) => ruleset.rules.flatMap((rule) => violation(state, rule, move, options) ?? []));
}

/** The rules that hold for a branch, no matter who comes. */
export function rulesFor(state: State, ref: string): { rule: Rule; ruleset: Ruleset }[] {
  return state.rulesets
    .filter((ruleset) => ruleset.enforcement === "active" && covers(ruleset, ref))
    .flatMap((ruleset) => ruleset.rules.map((rule) => ({ rule, ruleset })));
}

function violation(state: State, rule: Rule, move: Move, options: GitOptions & { pull?: Pull }): string | undefined {
  const { from, to } = move;
  const { objects } = state;
  switch (rule.type) {
    case "creation":
      return from === undefined ? "Cannot create ref due to creations being restricted." : undefined;
    case "update":
      return from !== undefined && to !== undefined ? "Cannot update this protected ref." : undefined;
    case "deletion":
      return to === undefined ? "Cannot delete this protected ref." : undefined;
    case "non_fast_forward":
      if (from === undefined || to === undefined) return undefined;
      return objects.asks(["merge-base", "--is-ancestor", from, to], options)
        ? undefined
        : "Cannot force-push to this branch";
    case "required_signatures":
      if (to === undefined) return undefined;
      return unsigned(state, from, to, options) ? "Commits must have verified signatures." : undefined;
    case "required_linear_history":
      if (to === undefined) return undefined;
      return objects.git(["rev-list", "--merges", "-1", from === undefined ? to : `${from}..${to}`], options) === ""
        ? undefined
        : "This branch must not contain merge commits.";
    case "pull_request":
      if (to === undefined) return undefined;
      return options.pull === undefined
        ? "Changes must be made through a pull request."
        : lacksApproval(state, rule, options.pull);
    case "required_status_checks":
      if (to === undefined || (from === undefined && rule.parameters?.do_not_enforce_on_create === true))
        return undefined;
      return lacksChecks(state, rule, options.pull?.headSha ?? to);
    default:
      throw new Error(`the stand-in does not model the rule ${rule.type}`);
  }
}

/** Whether a commit that comes has no signature. docs.github.com: only those that are new to the branch count. */
function unsigned({ objects }: State, from: string | undefined, to: string, options: GitOptions): boolean {
  const range = from === undefined ? [to, "--not", "--branches"] : [`${from}..${to}`];
  const shas = objects
    .git(["rev-list", ...range], options)
    .split("\n")
    .filter(Boolean);
  return shas.some((sha) => !/^gpgsig /m.test(objects.git(["cat-file", "commit", sha], options)));
}

function lacksChecks(state: State, rule: Rule, sha: string): string | undefined {
  const wanted = (rule.parameters?.required_status_checks ?? []) as { context: string; integration_id?: number }[];
  const missing = wanted.filter(({ context, integration_id }) => {
    // The last report counts; skipped and neutral ones pass.
    const run = state.checks.findLast(
      (one) => one.sha === sha && one.name === context && ofApp(one.app, integration_id),
    );
    const status = state.statuses.findLast((one) => one.sha === sha && one.context === context);
    const passed = ["success", "neutral", "skipped"].includes(run?.conclusion ?? "");
    return !passed && !(integration_id === undefined && status?.state === "success");
  });
  const [first] = missing;
  if (first === undefined) return undefined;
  return missing.length === 1
    ? `Required status check "${first.context}" is expected.`
    : `${missing.length} of ${wanted.length} required status checks are expected.`;
}

function ofApp(app: App | undefined, wanted: number | undefined): boolean {
  return wanted === undefined || app?.id === wanted;
}

function lacksApproval(state: State, rule: Rule, pull: Pull): string | undefined {
  const needed = Number(rule.parameters?.required_approving_review_count ?? 0);
  const stale = rule.parameters?.dismiss_stale_reviews_on_push === true;
  const last = new Map(pull.reviews.filter((one) => one.state !== "COMMENTED").map((one) => [one.author.id, one]));
  // Only reviews of people who may write count for GitHub.
  const counted = [...last.values()].filter(({ author }) =>
    state.accounts.some((account) => account.id === author.id && ["write", "maintain", "admin"].includes(account.role)),
  );
  if (counted.some((review) => review.state === "CHANGES_REQUESTED")) return "Changes have been requested.";
  const approving = counted.filter(
    (review) => review.state === "APPROVED" && (!stale || review.commit === pull.headSha),
  );
  return approving.length >= needed
    ? undefined
    : `At least ${needed} approving review is required by reviewers with write access.`;
}

const ROLE_IDS: Record<number, string> = { 2: "maintain", 4: "write", 5: "admin" };

function bypasses(ruleset: Ruleset, actor: Actor, byPull: boolean): boolean {
  return ruleset.bypass_actors.some(({ actor_type, actor_id, bypass_mode = "always" }) => {
    if (bypass_mode === "pull_request" && !byPull) return false;
    switch (actor_type) {
      case "Integration":
        return actor.kind === "installation" && actor.app.id === actor_id;
      case "RepositoryRole":
        return actor.kind === "user" && actor.account.role === ROLE_IDS[actor_id ?? 0];
      case "OrganizationAdmin":
        return actor.kind === "user" && actor.account.role === "admin";
      default:
        throw new Error(`the stand-in does not model the bypass actor ${actor_type}`);
    }
  });
}

function covers(ruleset: Ruleset, ref: string): boolean {
  const room = ruleset.target === "tag" ? "refs/tags/" : "refs/heads/";
  if (!ref.startsWith(room)) return false;
  const { include = [], exclude = [] } = ruleset.conditions.ref_name ?? {};
  const matches = (pattern: string) =>
    pattern === "~ALL" || (pattern === "~DEFAULT_BRANCH" ? ref === "refs/heads/main" : fnmatch(pattern, ref));
  return include.some(matches) && !exclude.some(matches);
}

/** Ruby's File.fnmatch with FNM_PATHNAME: `*` stays inside a part, a leading part of two stars spans parts. */
function fnmatch(pattern: string, ref: string): boolean {
  const source = pattern.replace(/\*\*\/|\*|\?|[\\^$.|+()[\]{}]/g, (found) => {
    if (found === "**/") return "(?:[^/]+/)*";
    if (found === "*") return "[^/]*";
    return found === "?" ? "[^/]" : `\\${found}`;
  });
  return new RegExp(`^${source}$`).test(ref);
}
