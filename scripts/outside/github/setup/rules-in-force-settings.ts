import type { RuleInForce } from "../rules-in-force.ts";
import { onOff, type Setting, setting } from "./setting.ts";

/** What an App does to a branch is nothing that these rules forbid. */
const MOVES_MAIN = ["creation", "deletion", "non_fast_forward"];
const MAKES_A_SHEET = ["update", "deletion", "non_fast_forward"];

/** An App as the rules know it; `id` undefined while it is not installed. `own`: our ruleset that it has to pass, which has a line of its own. */
export type RuledApp = { readonly id: number | undefined; readonly own: string };

/**
 * Compares the rules in force on main with what accept does there: it pushes an unsigned merge commit that no pull
 * request brings and no check has seen. A rule that is stricter than ours protects nothing if it stops accept.
 *
 * @param oldWay whether main has a “branch protection rule” too
 */
export function mainRulesSettings(rules: readonly RuleInForce[], oldWay: boolean, accept: RuledApp): Setting[] {
  return [
    setting("rules on main that accept does not pass", {
      is: inWords(rules.filter((rule) => !MOVES_MAIN.includes(rule.type) && !passes(rule, accept))),
      should: "none",
      otherwise:
        "GitHub refuses every commit of accept: no sheet is taken over, nobody can leave, nothing is published",
      byHand: `${WHERE}: take that rule out, or add the accept App to the ruleset’s bypass list (always)`,
    }),
    setting("branch protection rule on main", {
      is: onOff(oldWay),
      should: "off",
      otherwise:
        "it holds beside the rulesets, and stops accept as soon as it asks for a pull request, a check or a signature",
      byHand: "Settings → Branches: delete it; the rulesets say all that is needed",
    }),
  ];
}

/** Compares the rules in force on the branches of sheets with what the two Apps do there. */
export function sheetRulesSettings(rules: readonly RuleInForce[], file: RuledApp, accept: RuledApp): Setting[] {
  const stays = rules.filter((rule) => rule.type === "deletion" && !passes(rule, accept));
  return [
    setting("rules on sheets that the file App does not pass", {
      is: inWords(rules.filter((rule) => !MAKES_A_SHEET.includes(rule.type) && !passes(rule, file))),
      should: "none",
      otherwise: "GitHub refuses every sheet: signatures wait in the form service",
      byHand: `${WHERE}: leave pending/ out, or add the file App to the ruleset’s bypass list (always)`,
    }),
    setting("rules on sheets that accept does not pass", {
      is: inWords(stays),
      should: "none",
      otherwise: "the branch of a sheet stays after its end, and every run of accept reads all of them again",
      byHand: `${WHERE}: leave pending/ out, or add the accept App to the ruleset’s bypass list (always)`,
    }),
  ];
}

const WHERE = "Settings → Rules → Rulesets, or the organisation’s Settings → Repository → Rulesets";

function passes({ ruleset, organisation, passes: actors = [] }: RuleInForce, { id, own }: RuledApp): boolean {
  if (organisation === undefined && ruleset === own) return true;
  return actors.some(
    // Passing “in pull requests” is not passing a push.
    ({ actor_type, actor_id, bypass_mode }) =>
      actor_type === "Integration" && actor_id === id && id !== undefined && bypass_mode !== "pull_request",
  );
}

function inWords(rules: readonly RuleInForce[]): string {
  const words = rules.map(({ type, ruleset, organisation, passes: actors }) => {
    const whose = organisation === undefined ? "" : ` of the organisation ${organisation}`;
    return `${type} in “${ruleset}”${whose}${actors === undefined ? " (GitHub does not show who passes it)" : ""}`;
  });
  return words.join(", ") || "none";
}
