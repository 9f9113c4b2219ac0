import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { invent, sheetOf } from "../letter/invented.ts";
import { makeWorkflowCampaign, type WorkflowCampaign } from "../support/campaigns/workflow-campaign.ts";

let campaign: WorkflowCampaign;
beforeEach(async () => {
  campaign = await makeWorkflowCampaign();
});
afterEach(() => campaign.close());

const [one, two, three] = [invent(1, "name"), invent(2, "hidden"), invent(3, "initials")];
const sheet = sheetOf(1, [one.row, two.row, three.row]);
describe("accept refuses to sign", () => {
  const approve = async () => {
    const pull = await campaign.fileSheet(sheet);
    for (const by of campaign.moderators) await campaign.review(by, pull, "APPROVE");
  };
  const refused = async (reason: RegExp, env: Record<string, string> = {}) => {
    await approve();
    const head = campaign.github.repository.git("rev-parse", "main");
    await expect(campaign.accept(env)).rejects.toThrow(reason);
    expect(campaign.github.repository.git("rev-parse", "main")).toBe(head);
  };

  it("with a key that main does not name", () =>
    refused(/LEDGER_KEY is not the key/, { LEDGER_KEY: Buffer.alloc(32, 7).toString("base64url") }));

  it("on another branch than main", () => refused(/GITHUB_REF does not have the form/, { GITHUB_REF: "refs/heads/x" }));

  it("when the ledger on main was cut behind what the world has seen", async () => {
    await approve();
    await campaign.accept();
    campaign.publish();
    // An organiser takes the rules off main and sets it back.
    campaign.github.repository.git("update-ref", "refs/heads/main", "main~1");
    await expect(campaign.accept()).rejects.toThrow("the ledger on main is shorter than the one the world has seen");
  });

  it("when somebody has edited the ledger on main", async () => {
    const path = "signatures/ledger/000.txt";
    campaign.github.repository.commit("main", "x", { [path]: campaign.mainFile(path).replace(/.$/m, "x") });
    await refused(/edited main|ledger/);
  });

  it("by a clock that is hours away from GitHub's", async () => {
    await approve();
    const head = campaign.github.repository.git("rev-parse", "main");
    const ahead = { now: () => new Date(Date.now() + 5 * 3_600_000) };
    await expect(campaign.accept({}, ahead)).rejects.toThrow("the clock of this machine is hours away from GitHub's");
    expect(campaign.github.repository.git("rev-parse", "main")).toBe(head);
  });

  it("but goes on after a day of main that is still to come, when GitHub agrees with the clock", async () => {
    const hidden = sheetOf(2, [two.row]);
    const pull = await campaign.fileSheet(hidden);
    for (const by of campaign.moderators) await campaign.review(by, pull, "APPROVE");
    const years = 5 * 365 * 86_400_000;
    campaign.github.advance(-years);
    const report = await campaign.accept({}, { now: () => new Date(Date.now() - years) });
    expect(report.outcomes).toMatchObject([{ state: "accepted" }]);
  });

  it("when the site does not answer, or answers without a checkpoint", async () => {
    campaign.site.status = 503;
    await refused(/status 503|cannot be fetched/);
    campaign.site.status = undefined;
    campaign.site.content = new Map();
    await expect(campaign.accept()).rejects.toThrow("the site shows no checkpoint");
    await campaign.accept({ FIRST: "true" });
  });
});
