import { describe, expect, it } from "vitest";
import { type Costs, costSettings } from "../../../scripts/outside/github/setup/cost-settings.ts";

const organisation: Costs["organisation"] = {
  ...{ plan: "team", seats: { all: 5, taken: 3 }, twoFactor: true, basePermission: "none", membersMayFork: false },
  ...{ owners: ["one", "two"], apps: [] },
};
const people: Costs["people"] = {
  collaborators: [{ id: 3, name: "three", role: "triage" }],
  invited: [{ id: 4, name: "four", role: "triage" }],
  names: new Map([
    [1, "one"],
    [3, "three"],
    [4, "four"],
    [5, "five"],
    [6, "six"],
  ]),
};
const costs: Costs = {
  ...{ organisation, people, isPrivate: true, budgets: [{ about: "actions", dollars: 20 }], editor: "one" },
  moderators: { approvals: 2, ids: new Set([3, 4, 5, 6]) },
};
const lineOf = (given: Partial<Costs>, name: string) =>
  costSettings({ ...costs, ...given }).find((one) => one.name === name);

describe("what a campaign on GitHub costs", () => {
  it("is as it should be with a plan, free seats, a budget and an owner's schedule", () => {
    const states = costSettings(costs).map(({ name, state }) => `${state}: ${name}`);
    expect(states).toEqual([
      "right: plan",
      "right: seats",
      "right: budget for Actions",
      "unseen: means of payment",
      "unseen: what was used this month",
      "right: last editor of accept’s schedule",
    ]);
  });

  it.each([
    ["plan", { organisation: { ...organisation, plan: "free" } }, "by hand"],
    ["plan", { organisation: { ...organisation, plan: undefined } }, "unseen"],
    ["plan", { organisation: { ...organisation, plan: "free" }, isPrivate: false }, "right"],
    // Two of the four listed moderators have no seat yet.
    ["seats", { organisation: { ...organisation, seats: { all: 5, taken: 4 } } }, "by hand"],
    ["seats", { organisation: { ...organisation, seats: undefined } }, "unseen"],
    ["budget for Actions", { budgets: [{ about: "actions", dollars: 0 }] }, "by hand"],
    ["budget for Actions", { budgets: undefined }, "unseen"],
    ["budget for Actions", { budgets: [] }, "unseen"],
    ["last editor of accept’s schedule", { editor: "three" }, "by hand"],
    ["last editor of accept’s schedule", { editor: undefined }, "unseen"],
  ] satisfies [string, Partial<Costs>, string][])("tells of the %s (%#)", (name, given, state) => {
    expect(lineOf(given, name)?.state).toBe(state);
  });

  it("asks nothing of a public repository that only a private one pays for", () => {
    expect(costSettings({ ...costs, isPrivate: false }).map(({ name }) => name)).toEqual([
      "plan",
      "last editor of accept’s schedule",
    ]);
  });

  it("says what breaks", () => {
    for (const { otherwise } of costSettings({ ...costs, budgets: undefined })) expect(otherwise).not.toBe("");
    expect(lineOf({ budgets: undefined }, "budget for Actions")?.otherwise).toContain(
      "accept, publish and validate stop",
    );
  });
});
