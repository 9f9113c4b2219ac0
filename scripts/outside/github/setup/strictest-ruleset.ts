import type { Rule, Ruleset } from "../rulesets.ts";
import type { WantedRuleset } from "./wanted-rulesets.ts";

/** Returns the ruleset as it should be, with everything in the existing one that is stricter. */
export function strictest({ name, target, include, passes, rules }: WantedRuleset, found: Ruleset | undefined) {
  const others = (found?.rules ?? []).filter(({ type }) => !rules.some((rule) => rule.type === type));
  const includes = found?.target === target ? found.conditions.ref_name.include : [];
  return {
    name,
    target,
    enforcement: "active",
    bypass_actors: passes.flatMap(({ actor }) => actor ?? []),
    conditions: { ref_name: { include: [...new Set([include, ...includes])], exclude: [] } },
    rules: [
      ...rules.map((rule) =>
        strictestRule(
          rule,
          found?.rules.find(({ type }) => type === rule.type),
        ),
      ),
      ...others,
    ],
  };
}

function strictestRule(wanted: Rule, found: Rule | undefined): Rule {
  if (wanted.parameters === undefined) return found ?? wanted;
  const [mine, theirs] = [wanted.parameters, found?.parameters ?? {}];
  const both = Object.entries(mine).map(([name, value]) => [name, strictestValue(name, value, theirs[name])] as const);
  // GitHub omits what is off.
  const said = both.filter(([name, value]) => found === undefined || value !== false || name in theirs);
  return { type: wanted.type, parameters: { ...theirs, ...Object.fromEntries(said) } };
}

type Check = { readonly context: string; readonly integration_id?: number };

function strictestValue(name: string, wanted: unknown, found: unknown): unknown {
  if (name === "do_not_enforce_on_create") return wanted;
  if (name === "required_status_checks") return strictestChecks(wanted as readonly Check[], (found ?? []) as Check[]);
  if (typeof wanted === "boolean") return wanted || found === true;
  if (typeof wanted === "number") return Math.max(wanted, typeof found === "number" ? found : 0);
  return wanted;
}

/** Checks of other names stay, and so does their order: another order is not a difference. */
function strictestChecks(wanted: readonly Check[], found: readonly Check[]): Check[] {
  const kept = found.filter((check) => {
    const mine = wanted.find(({ context }) => context === check.context);
    return mine === undefined || mine.integration_id === check.integration_id;
  });
  return [...kept, ...wanted.filter(({ context }) => !kept.some((check) => check.context === context))];
}
