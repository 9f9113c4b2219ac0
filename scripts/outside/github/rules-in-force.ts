import { type GitHubApi, hasStatus } from "./api.ts";
import { refusalOf } from "./refusal.ts";
import type { BypassActor } from "./rulesets.ts";
import { orNothing, reading } from "./settings-request.ts";

/** A rule that GitHub enforces on a branch, from whatever ruleset of the repository or of its organisation. */
export type RuleInForce = {
  /** GitHub's name of the rule, such as `required_signatures` */
  readonly type: string;
  readonly ruleset: string;
  /** the name of the organisation; undefined for a ruleset of the repository itself */
  readonly organisation: string | undefined;
  /** who passes it; undefined if GitHub does not show that to this token */
  readonly passes: readonly BypassActor[] | undefined;
};

type Source = Pick<RuleInForce, "ruleset" | "passes">;

/**
 * Reads the rules in force on a branch, which need not exist. GitHub leaves out rulesets that are switched off.
 *
 * @throws LetterError `github`
 */
export async function readRulesInForce(api: GitHubApi, branch: string): Promise<RuleInForce[]> {
  const { owner, repo } = api;
  const octokit = await api.octokit();
  return reading("the rules in force", "Administration: read and write", async () => {
    const rules = await octokit.paginate("GET /repos/{owner}/{repo}/rules/branches/{branch}", {
      ...{ owner, repo, branch, per_page: 100 },
    });
    const sources = new Map<number, Promise<Source>>();
    return Promise.all(
      rules.map(async ({ type, ruleset_id: id = 0, ruleset_source_type: kind, ruleset_source }) => {
        const organisation = kind === "Repository" ? undefined : (ruleset_source ?? owner);
        if (!sources.has(id)) sources.set(id, readSource(api, id, organisation !== undefined));
        return { type, organisation, ...(await sources.get(id)!) };
      }),
    );
  });
}

/** Reads the ruleset that a rule comes from. A ruleset that this token may not see is named by its number. */
async function readSource(api: GitHubApi, ruleset_id: number, ofOrganisation: boolean): Promise<Source> {
  const { owner, repo } = api;
  const octokit = await api.octokit();
  const found = ofOrganisation
    ? // An enterprise's ruleset is not the organisation's to show.
      await octokit.request("GET /orgs/{org}/rulesets/{ruleset_id}", { org: owner, ruleset_id }).catch((cause) => {
        if (hasStatus(cause, 403) || hasStatus(cause, 404)) return undefined;
        throw cause;
      })
    : await octokit.request("GET /repos/{owner}/{repo}/rulesets/{ruleset_id}", { owner, repo, ruleset_id });
  const { name = String(ruleset_id), bypass_actors: passes } = found?.data ?? {};
  return { ruleset: name, passes: passes as BypassActor[] | undefined };
}

/** Whether a branch has rules of the older kind, “branch protection rules”, beside all rulesets. @throws LetterError `github` */
export async function isProtectedTheOldWay(api: GitHubApi, branch: string): Promise<boolean> {
  const { owner, repo } = api;
  const octokit = await api.octokit();
  const route = "GET /repos/{owner}/{repo}/branches/{branch}/protection";
  return reading("the protection of main", "Administration: read and write", async () => {
    try {
      return (await orNothing(octokit.request(route, { owner, repo, branch }))) !== undefined;
    } catch (cause) {
      if (refusalOf(cause) === "plan") return false;
      throw cause;
    }
  });
}
