import fc from "fast-check";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { nextPublication, RENEWAL } from "../../scripts/accept/site/publication.ts";
import { makeWorkflowCampaign, type WorkflowCampaign } from "../support/campaigns/workflow-campaign.ts";
import { type End, runPublish } from "../support/github/pages.ts";

describe("what is published next", () => {
  const now = new Date("2026-11-29T12:00:00Z");
  const ended = (conclusion: string, hours = 1) => ({
    ...{ status: "completed", conclusion },
    begun: new Date(now.getTime() - hours * 3_600_000),
  });
  const known = { behind: true, again: false, to: "pages", runs: [], deployed: false, renewals: 0, now } as const;
  const working = { status: "queued", conclusion: undefined, begun: now };

  it.each([
    ["nothing, where the site shows main", { behind: false }, "shown"],
    ["a run at main's commit", {}, "started"],
    ["nothing while a run works", { runs: [working] }, "running"],
    ["a run at the same commit after one that failed before Pages were asked", { runs: [ended("failure")] }, "started"],
    ["a run at a new commit after Pages were asked", { runs: [ended("failure")], deployed: true }, "renewed"],
    ["a run at a new commit after one that “succeeded”", { runs: [ended("success")], deployed: true }, "renewed"],
    ["nothing more after six of them", { deployed: true, renewals: 6 }, "stuck"],
    [
      "nothing more after six runs that failed before Pages were asked",
      { runs: Array(6).fill(ended("failure")) },
      "stuck",
    ],
    ["a run after others that gave way to each other", { runs: Array(9).fill(ended("cancelled")) }, "started"],
    [
      "another one when a person asks, after six runs",
      { runs: Array(6).fill(ended("failure")), again: true },
      "renewed",
    ],
    [
      "nothing more for another host after six runs that failed",
      { to: "artifact", runs: Array(6).fill(ended("failure")) },
      "stuck",
    ],
    ["another one when a person asks", { deployed: true, renewals: 6, again: true }, "renewed"],
    ["another one when a person asks, whatever the site shows", { behind: false, again: true }, "renewed"],
    ["nothing while another host has not fetched it", { to: "artifact", runs: [ended("success", 19)] }, "waiting"],
    ["a run once what was kept for it is gone", { to: "artifact", runs: [ended("success", 21)] }, "started"],
    ["a run for another host after one that failed", { to: "artifact", runs: [ended("failure")] }, "started"],
  ] as const)("is %s", (_, given, next) => expect(nextPublication({ ...known, ...given })).toBe(next));

  it("gives Pages no second site under one commit, and shows main once something works", () => {
    const ends = fc.constantFrom<End>("failed to build", "failed to deploy", "cancelled while deploying");
    fc.assert(
      fc.property(fc.array(ends, { maxLength: 6 }), (tries) => {
        const deployed: number[] = [];
        let [commit, shown, renewals] = [0, false, 0];
        for (const end of [...tries, "deployed"]) {
          const next = nextPublication({ ...known, deployed: deployed.includes(commit), renewals });
          expect(["started", "renewed"]).toContain(next);
          if (next === "renewed") [commit, renewals] = [commit + 1, renewals + 1];
          if (end !== "failed to build") deployed.push(commit);
          shown = end === "deployed";
        }
        expect(new Set(deployed).size).toBe(deployed.length);
        expect(shown).toBe(true);
      }),
    );
  });
});

describe("publication on GitHub", () => {
  let campaign: WorkflowCampaign;
  beforeEach(async () => {
    campaign = await makeWorkflowCampaign();
  });
  afterEach(() => campaign.close());

  const accept = (env: Record<string, string> = {}) => campaign.accept({ PUBLISH_TO: "pages", ...env });
  const main = () => campaign.github.repository.git("rev-parse", "main");
  const publish = (end: End) => {
    const served = runPublish(campaign.github.state, end);
    if (served) campaign.publish();
    return served;
  };

  it("is a run of its own that begins at main, and never two at once", async () => {
    campaign.site.content = new Map();
    expect((await accept({ FIRST: "true" })).publication).toEqual({ state: "started" });
    const { runs, dispatches } = campaign.github.state;
    expect(runs.map(({ workflow, sha, inputs }) => [workflow, sha, inputs])).toEqual([
      ["publish.yml", main(), { first: "true" }],
    ]);
    expect(dispatches[0]).toMatchObject({ ref: "main", by: { login: "github-actions[bot]" } });
    expect((await accept({ FIRST: "true" })).publication).toEqual({ state: "running" });
    expect(publish("deployed")).toBe(true);
    expect((await accept()).publication).toEqual({ state: "shown" });
    expect(runs).toHaveLength(1);
  });

  it("gets out of a first day on which main does not move and “first” fails twice", async () => {
    campaign.site.content = new Map();
    const tree = () => campaign.github.repository.git("rev-parse", "main^{tree}");
    expect((await accept({ FIRST: "true" })).publication).toEqual({ state: "started" });
    const [begun, before] = [main(), tree()];
    expect(publish("failed to deploy")).toBe(false);
    expect((await accept({ FIRST: "true" })).publication).toEqual({ state: "renewed" });
    expect(publish("cancelled while deploying")).toBe(false);
    expect((await accept({ FIRST: "true" })).publication).toEqual({ state: "renewed" });
    expect(publish("deployed")).toBe(true);
    const { main: last, publication } = await accept();
    expect(publication).toEqual({ state: "shown" });
    expect(tree()).toBe(before);
    const log = campaign.github.repository.git("log", "--format=%s %cI", `${begun}..main`).split("\n");
    expect(log).toEqual([1, 2].map(() => expect.stringMatching(`^${RENEWAL} \\d{4}-\\d\\d-\\d\\dT00:00:00`)));
    expect(last.settled.sheets.size).toBe(0);
    const { deployments } = campaign.github.state;
    expect(new Set(deployments.map(({ sha }) => sha)).size).toBe(3);
  });

  it("begins at a new commit where a person ticks “again”", async () => {
    const begun = main();
    expect((await accept({ AGAIN: "true" })).publication).toEqual({ state: "renewed" });
    expect(campaign.github.repository.git("rev-parse", "main^")).toBe(begun);
    expect(campaign.github.state.runs.map(({ sha }) => sha)).toEqual([main()]);
  });
});

describe("a publication that GitHub does not start", () => {
  let campaign: WorkflowCampaign;
  beforeAll(async () => {
    campaign = await makeWorkflowCampaign();
  });
  afterAll(() => campaign.close());

  it("fails the run with what happened, when all else is done", async () => {
    campaign.site.content = new Map();
    campaign.github.setFault(({ operation }) =>
      operation.endsWith("/dispatches")
        ? { status: 403, message: "Resource not accessible by integration" }
        : undefined,
    );
    const step = await campaign.run("accept", { FIRST: "true" });
    expect(step.code).toBe(1);
    expect(step.output).toContain("not published: starting publish: GitHub says 403");
    expect(step.output).toContain("ledger: ");
    campaign.github.setFault();
    expect((await campaign.accept({ FIRST: "true" })).publication).toEqual({ state: "started" });
  });
});
