import { isDeepStrictEqual } from "node:util";
import type { BypassActor, Ruleset } from "../rulesets.ts";
import { type Setting, setting } from "./setting.ts";
import { strictest } from "./strictest-ruleset.ts";
import type { Passing, WantedRuleset } from "./wanted-rulesets.ts";

const RULESETS = "/repos/{owner}/{repo}/rulesets";

/** Compares the rulesets. Anything stricter than required stays: more rules, more approvals, more checks. */
export function rulesetSettings(wanted: readonly WantedRuleset[], found: readonly Ruleset[]): Setting[] {
  return wanted.map((one) =>
    rulesetSetting(
      one,
      found.find((ruleset) => ruleset.name === one.name),
    ),
  );
}

function rulesetSetting(wanted: WantedRuleset, found: Ruleset | undefined): Setting {
  const { name, otherwise, passes } = wanted;
  const should = `in force (${wanted.should})`;
  const whole = strictest(wanted, found);
  const route = found === undefined ? `POST ${RULESETS}` : `PUT ${RULESETS}/{ruleset_id}`;
  const missing = passes
    .filter(({ actor }) => actor === undefined)
    .map(({ who }) => `without ${who}, which is not installed`);
  const faults = found === undefined ? ["missing"] : [...faultsOf(wanted, found, whole)];
  const changes =
    faults.length === 0 ? [] : [{ route, values: { ...whole, ...(found ? { ruleset_id: found.id } : {}) } }];
  return setting(`rule “${name}”`, {
    is: [...faults, ...missing].join(", ") || should,
    should,
    otherwise,
    changes,
    loosens: found !== undefined && lacking(passes, found).length > 0,
    ...(faults.length === 0 && missing.length > 0
      ? { byHand: "make and install that App (.github/apps.md), then run this again" }
      : {}),
  });
}

/** Returns what is wrong with a ruleset, in words. */
function* faultsOf(wanted: WantedRuleset, found: Ruleset, whole: ReturnType<typeof strictest>): Generator<string> {
  const { ref_name } = found.conditions;
  if (found.enforcement !== "active") yield "switched off";
  if (found.target !== wanted.target) yield `a rule for ${found.target === "tag" ? "tags" : `a ${found.target}`}`;
  if (!ref_name.include.includes(wanted.include)) yield `not about ${wanted.include}`;
  if (ref_name.exclude.length > 0) yield `not about ${ref_name.exclude.join(", ")}`;
  for (const rule of wanted.rules) {
    const mine = found.rules.find(({ type }) => type === rule.type);
    if (mine === undefined) yield `without the rule ${rule.type}`;
    else if (!whole.rules.some((one) => isDeepStrictEqual(one, mine))) yield `looser in the rule ${rule.type}`;
  }
  for (const actor of found.bypass_actors)
    if (!wanted.passes.some((one) => isSame(one, actor))) yield `passed also by ${wordsOf(actor)}`;
  for (const { who } of lacking(wanted.passes, found)) yield `not passed by ${who}`;
}

function lacking(passes: readonly Passing[], found: Ruleset): Passing[] {
  return passes.filter((one) => one.actor !== undefined && !found.bypass_actors.some((actor) => isSame(one, actor)));
}

function isSame({ actor }: Passing, { actor_type, actor_id, bypass_mode = "always" }: BypassActor): boolean {
  if (actor === undefined || actor.actor_type !== actor_type || actor.bypass_mode !== bypass_mode) return false;
  // For the owners as a whole, GitHub ignores the number and returns an arbitrary one.
  return actor_type === "OrganizationAdmin" || actor.actor_id === actor_id;
}

function wordsOf({ actor_type, actor_id, bypass_mode }: BypassActor): string {
  const kinds: Readonly<Record<string, string>> = {
    Integration: "the App",
    RepositoryRole: "the role",
    Team: "the team",
    User: "the account",
  };
  const who =
    actor_type === "OrganizationAdmin"
      ? "the owners"
      : actor_type === "DeployKey"
        ? "deploy keys"
        : `${kinds[actor_type] ?? actor_type} ${actor_id}`;
  return bypass_mode === "exempt" ? `${who} unseen` : bypass_mode === "pull_request" ? `${who} in pull requests` : who;
}
