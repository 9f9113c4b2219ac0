import type { State } from "../../support/github/state.ts";
import { signedCommits } from "./invented-people.ts";
import type { ThrowAway } from "./throw-away-campaign.ts";

/** A setting that somebody has broken, and what of a rehearsal finds it. */
export type Broken = {
  readonly what: string;
  /** begins the line of the step `settings` that names it */
  readonly named: string;
  /** the step that sees what follows from it, where a program can try that */
  readonly seenBy?: string;
  readonly breakIt: (campaign: ThrowAway) => unknown;
};

const ruleset = ({ rulesets }: State, name: string) => rulesets.find((one) => one.name === name)!;
const off =
  (...names: string[]) =>
  ({ github }: ThrowAway) => {
    for (const name of names) Object.assign(ruleset(github.state, name), { enforcement: "disabled" });
  };

export const BROKEN: readonly Broken[] = [
  {
    what: "two-factor authentication is not required",
    named: "two-factor authentication",
    breakIt: ({ github: { state } }) => {
      const set = state.settings.get("organization");
      state.settings.set("organization", { ...set, two_factor_requirement_enabled: false });
    },
  },
  {
    what: "the file App passes the ruleset of main too",
    named: "rule “main”",
    seenBy: "file-app-on-main",
    breakIt: ({ github: { state }, fileApp }) => {
      const main = ruleset(state, "main");
      const actor = { actor_id: fileApp.id, actor_type: "Integration", bypass_mode: "always" } as const;
      Object.assign(main, { bypass_actors: [...main.bypass_actors, actor] });
    },
  },
  {
    what: "the rulesets of main are switched off",
    named: "rule “main: history”",
    seenBy: "organiser-on-main",
    breakIt: off("main", "main: history"),
  },
  {
    what: "anybody who may write files sheets",
    named: "rule “pending: who files”",
    seenBy: "organiser-files",
    breakIt: off("pending: who files"),
  },
  {
    what: "sheets can be changed after they were filed",
    named: "rule “pending: sheets stay as they were filed”",
    seenBy: "file-app-moves-sheet",
    breakIt: off("pending: sheets stay as they were filed"),
  },
  {
    what: "anybody who may write begins a handover",
    named: "rule “handover tags: who makes them”",
    seenBy: "file-app-tag",
    breakIt: off("handover tags: who makes them"),
  },
  {
    what: "the file App may change workflows",
    named: "file App",
    seenBy: "file-app-workflow",
    breakIt: ({ fileApp }) => Object.assign(fileApp, { permissions: { ...fileApp.permissions, workflows: "write" } }),
  },
  {
    what: "the environment `accept` is open to every branch",
    named: "environment accept",
    breakIt: ({ github: { state } }) => {
      const accept = state.environments.find(({ name }) => name === "accept")!;
      accept.rules = { ...accept.rules, deployment_branch_policy: null };
    },
  },
  {
    what: "the workflows’ own token may write",
    named: "the workflows’ own token",
    breakIt: ({ github: { state } }) => {
      const set = state.settings.get("workflow");
      state.settings.set("workflow", { ...set, default_workflow_permissions: "write" });
    },
  },
  {
    what: "the organisation requires signed commits of main",
    named: "rules on main that accept does not pass",
    breakIt: ({ github: { state } }) => state.rulesets.push(signedCommits(state)),
  },
];

/** Keeps all settings as they are, and gives what brings them back. */
export function keepSettings({ github: { state }, fileApp }: ThrowAway): () => void {
  const [rulesets, environments, settings] = [state.rulesets, state.environments, [...state.settings]].map((one) =>
    structuredClone(one),
  ) as [State["rulesets"], State["environments"], [string, Record<string, unknown>][]];
  const permissions = { ...fileApp.permissions };
  return () => {
    state.rulesets.splice(0, state.rulesets.length, ...rulesets);
    state.environments.splice(0, state.environments.length, ...environments);
    state.settings.clear();
    for (const [name, values] of settings) state.settings.set(name, values);
    fileApp.permissions = permissions;
  };
}
