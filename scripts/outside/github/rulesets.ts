import type { GitHubApi } from "./api.ts";
import { refusalOf } from "./refusal.ts";
import { reading } from "./settings-request.ts";

/** A ruleset of a repository; fields as in GitHub's API. */
export type Ruleset = {
  readonly id: number;
  readonly name: string;
  readonly target: string;
  readonly enforcement: string;
  readonly bypass_actors: readonly BypassActor[];
  readonly conditions: {
    readonly ref_name: { readonly include: readonly string[]; readonly exclude: readonly string[] };
  };
  readonly rules: readonly Rule[];
};
export type BypassActor = {
  readonly actor_id?: number | null;
  readonly actor_type: string;
  readonly bypass_mode?: string;
};
export type Rule = { readonly type: string; readonly parameters?: Readonly<Record<string, unknown>> };

/** Reads the repository's own rulesets; undefined if the plan has none. @throws LetterError `github` */
export async function readRulesets(api: GitHubApi): Promise<Ruleset[] | undefined> {
  const { owner, repo } = api;
  const octokit = await api.octokit();
  return reading("the rulesets", "Administration: read and write", async () => {
    try {
      const list = await octokit.paginate("GET /repos/{owner}/{repo}/rulesets", {
        owner,
        repo,
        per_page: 100,
      });
      return await Promise.all(
        // The organisation's own are not ours to change; whether they stop an App, see `rules-in-force.ts`.
        list
          .filter(({ source_type }) => source_type !== "Organization")
          .map(async ({ id: ruleset_id }) => {
            const route = "GET /repos/{owner}/{repo}/rulesets/{ruleset_id}";
            const { data } = await octokit.request(route, { owner, repo, ruleset_id });
            const { id, name, target = "branch", enforcement, bypass_actors = [], rules = [], conditions } = data;
            const names = conditions && "ref_name" in conditions ? conditions.ref_name : undefined;
            const ref_name = { include: names?.include ?? [], exclude: names?.exclude ?? [] };
            return { id, name, target, enforcement, bypass_actors, conditions: { ref_name }, rules } as Ruleset;
          }),
      );
    } catch (cause) {
      if (refusalOf(cause) === "plan") return undefined;
      throw cause;
    }
  });
}
