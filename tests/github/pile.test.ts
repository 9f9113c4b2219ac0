import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { invent, sheetOf } from "../letter/invented.ts";
import { hurryTime, passTime } from "../support/browsers/hurry.ts";
import { makeWorkflowCampaign, type WorkflowCampaign } from "../support/campaigns/workflow-campaign.ts";
import { takeOver } from "./pile.ts";

it("a pile for which the calls of an hour are too few shrinks with each run, withdrawals first", async () => {
  // Six calls above what a run leaves to others.
  const limits = { hour: 5000, workflow: 106, createsMinute: 80, createsHour: 500 };
  const runs = await takeOver({ sheets: 8, approved: 6, runs: 3, limits });
  expect(runs[0]).toMatchObject({ settled: expect.any(Number) });
  expect(runs[0]!.postponed).toBeGreaterThan(0);
  expect(runs[0]!.settled).toBeGreaterThan(1);
  expect(runs.at(-1)!.postponed).toBe(0);
  // The two calls that start the publication come out of what is left to others.
  for (const { calls } of runs) expect(calls).toBeLessThanOrEqual(10);
});

describe("accept", () => {
  let campaign: WorkflowCampaign;
  let realTime: () => void;
  beforeEach(async () => {
    realTime = hurryTime();
    campaign = await makeWorkflowCampaign();
  });
  afterEach(async () => {
    await campaign.close();
    realTime();
  });
  const sheets = [1, 2, 3].map((i) => sheetOf(i, [invent(10 * i).row, invent(10 * i + 1).row]));
  const approve = async (pull: number) => {
    for (const by of campaign.moderators) await campaign.review(by, pull, "APPROVE");
  };
  const onList = async () => (await campaign.host.readMain()).record.rows.length;

  it("holds a sheet on which more is written than it reads, says so once, and takes the others over", async () => {
    const { github, moderators } = campaign;
    const [long, other] = [await campaign.fileSheet(sheets[0]!), await campaign.fileSheet(sheets[1]!)];
    for (const pull of [long, other]) await approve(pull);
    const [createdAt, updatedAt] = ["2026-11-22T00:00:00Z", "2026-11-22T00:00:00Z"];
    const common = { pull: long, createdAt, updatedAt };
    const stranger = { id: 5, login: "stranger", type: "User" } as const;
    for (let i = 0; i < 2000; i++)
      github.state.comments.push({ ...common, id: 10_000 + i, author: stranger, body: "spam" });
    // A veto after all of them.
    const [{ id, login }] = moderators;
    const veto = `refuse ${sheets[0]!.rows[0]!.id} fake-name`;
    github.state.comments.push({ ...common, id: 20_000, author: { id, login, type: "User" }, body: veto });
    const reports = [await campaign.accept(), await campaign.accept()];
    expect(reports[0]!.outcomes.map(({ state }) => state).sort()).toEqual(["accepted", "invalid"]);
    expect(reports[0]!.postponed).toEqual([]);
    expect(await onList()).toBe(2);
    const answers = github.state.comments.filter(
      ({ pull, body }) => pull === long && body.includes("**Waits.** More reviews"),
    );
    expect(answers).toHaveLength(1);
    // An organiser deletes what strangers wrote, and the veto counts.
    github.state.comments.splice(
      0,
      github.state.comments.length,
      ...github.state.comments.filter(({ body }) => body !== "spam"),
    );
    expect((await campaign.accept()).outcomes).toMatchObject([{ state: "accepted", accepted: 1, refused: 1 }]);
  });

  it("counts a refusal that is written while other sheets of the same reading are being merged", async () => {
    const { github, moderators } = campaign;
    for (const sheet of sheets) await approve(await campaign.fileSheet(sheet));
    const [{ id, login }] = moderators;
    let merged = 0;
    github.setFault(({ operation, sends, by }) => {
      if (!sends || operation !== "git push" || by !== "") return undefined;
      passTime(20_000);
      if (++merged === 1)
        for (const { number, head } of github.state.pulls) {
          const sheet = sheets.find((one) => head.endsWith(one.sheet))!;
          const [author, createdAt] = [{ id, login, type: "User" } as const, "2026-11-22T00:00:00Z"];
          const body = `refuse ${sheet.rows[0]!.id} fake-name`;
          github.state.comments.push({
            id: 10_000 + number,
            pull: number,
            author,
            body,
            createdAt,
            updatedAt: createdAt,
          });
        }
      return undefined;
    });
    const { outcomes } = await campaign.accept();
    // The first was being merged when they were written.
    expect(outcomes.map((one) => "refused" in one && one.refused)).toEqual([0, 1, 1]);
  });

  it("settles each sheet once and publishes main, while the API names the commit of main before the push", async () => {
    const { github, host } = campaign;
    github.setStale(3);
    const filings = [];
    for (const sheet of sheets) {
      filings.push({ ...(await campaign.local.filing(sheet)), base: github.repository.git("rev-parse", "main") });
      await host.file(filings.at(-1)!);
    }
    for (const { number } of github.state.pulls) await approve(number);
    const report = await campaign.accept();
    expect(report.publication).toEqual({ state: "started" });
    expect(github.state.runs.map(({ sha }) => sha)).toEqual([report.main.commit]);
    // The answer to an earlier filing was lost, and the service tries again.
    for (const filing of filings) await host.file(filing);
    expect((await campaign.accept()).outcomes).toEqual([]);
    expect(github.state.pulls).toHaveLength(sheets.length);
    expect(github.repository.branches().filter((name) => name.startsWith("pending/"))).toEqual([]);
    expect(github.state.stale.left).toBe(0);
    expect(await onList()).toBe(6);
  });
});
