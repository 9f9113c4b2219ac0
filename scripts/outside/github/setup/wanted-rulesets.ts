import { HANDOVERS, MAIN, PENDING } from "../../git/ref.ts";
import type { BypassActor, Rule } from "../rulesets.ts";

/** A ruleset as it should be. */
export type WantedRuleset = {
  readonly name: string;
  readonly target: "branch" | "tag";
  readonly include: string;
  /** the only ones who may bypass it; `undefined` when that App is not installed yet */
  readonly passes: readonly Passing[];
  readonly rules: readonly Rule[];
  /** what the rules achieve, as a sentence */
  readonly should: string;
  readonly otherwise: string;
};
export type Passing = { readonly who: string; readonly actor: BypassActor | undefined };

/** Our rulesets that an App has to pass: accept the one, the file App the other. */
export const OWN = { main: "main", pending: "pending: who files" } as const;

/** The App that reports the checks of GitHub's own workflows; it has this number everywhere on github.com. */
const GITHUB_ACTIONS = 15368;

/**
 * Returns the rulesets that GitHub must enforce, because our code cannot; see `.github/threat-model.md`.
 *
 * A bypass applies to all rules of a ruleset. So what no one may do, not even the Apps, is in a ruleset of its own
 * without a bypass.
 *
 * @param acceptApp, fileApp their numbers; undefined while they are not installed
 */
export function wantedRulesets(acceptApp: number | undefined, fileApp: number | undefined): WantedRuleset[] {
  const app = (who: string, id: number | undefined): Passing => ({
    who,
    actor: id === undefined ? undefined : { actor_type: "Integration", actor_id: id, bypass_mode: "always" },
  });
  const owners: Passing = {
    who: "the organisation’s owners",
    actor: { actor_type: "OrganizationAdmin", actor_id: null, bypass_mode: "always" },
  };
  const [creation, update, deletion, history] = [
    { type: "creation" },
    { type: "update" },
    { type: "deletion" },
    { type: "non_fast_forward" },
  ];
  return [
    {
      name: OWN.main,
      target: "branch",
      include: MAIN,
      passes: [app("the accept App", acceptApp)],
      // `code` is never reported on a sheet, so that a sheet cannot be merged by hand.
      rules: [REVIEW, CODE],
      should:
        "main changes by reviewed pull requests that passed the check code, and without them only by the accept App",
      otherwise: "anyone who may write can put a name on the list or change the letter by hand",
    },
    {
      name: "main: history",
      target: "branch",
      include: MAIN,
      passes: [],
      rules: [deletion, history],
      should: "nobody deletes or rewrites main",
      otherwise: "what stood on the list or on the ledger can be made undone unseen",
    },
    {
      name: OWN.pending,
      target: "branch",
      include: `${PENDING}/**/*`,
      passes: [app("the file App", fileApp)],
      rules: [creation],
      should: "only the file App files sheets",
      otherwise: "moderators spend their time on sheets that the form service has not filed",
    },
    {
      name: "pending: sheets stay as they were filed",
      target: "branch",
      include: `${PENDING}/**/*`,
      passes: [],
      rules: [update, history],
      should: "nobody changes a sheet once it is filed",
      otherwise: "a sheet can change between two reviews",
    },
    {
      name: "handover tags: who makes them",
      target: "tag",
      include: `${HANDOVERS}/**/*`,
      passes: [owners],
      rules: [creation],
      should: "only organisers make them",
      otherwise: "anyone who may write can begin a handover",
    },
    {
      name: "handover tags: they stay",
      target: "tag",
      include: `${HANDOVERS}/**/*`,
      passes: [],
      rules: [update, deletion, history],
      should: "nobody moves or deletes them",
      otherwise: "a tag can name another bag than the one that was handed over",
    },
  ];
}

const REVIEW: Rule = {
  type: "pull_request",
  parameters: {
    allowed_merge_methods: ["merge"],
    dismiss_stale_reviews_on_push: true,
    require_code_owner_review: true,
    require_last_push_approval: true,
    required_approving_review_count: 1,
    required_review_thread_resolution: false,
  },
};
const CODE: Rule = {
  type: "required_status_checks",
  parameters: {
    do_not_enforce_on_create: false,
    required_status_checks: [{ context: "code", integration_id: GITHUB_ACTIONS }],
    strict_required_status_checks_policy: false,
  },
};
