import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { invent, sheetOf, withdrawalsOf } from "../letter/invented.ts";
import { ask, makeWorkflowCampaign, type WorkflowCampaign } from "../support/workflow-campaign.ts";

let campaign: WorkflowCampaign;
beforeEach(async () => {
  campaign = await makeWorkflowCampaign();
});
afterEach(() => campaign.close());

const [one, two, three] = [invent(1, "name"), invent(2, "hidden"), invent(3, "initials")];
const sheet = sheetOf(1, [one.row, two.row, three.row]);
const commentsOn = (pull: number) => campaign.github.state.comments.filter((comment) => comment.pull === pull);

describe("the workflow accept", () => {
  it("merges what two moderators approved, without the row that one of them refused", async () => {
    const pull = await campaign.fileSheet(sheet);
    const [first, second] = campaign.moderators;
    await campaign.review(first, pull, "APPROVE", `refuse ${three.row.id} fake-name`);
    const waiting = await campaign.run("accept");
    expect(waiting).toMatchObject({ code: 0, outputs: { publish: "false" } });
    expect(waiting.output).toContain(`sheet ${sheet.sheet}: waiting`);

    await campaign.review(second, pull, "APPROVE");
    const reviewed = campaign.github.repository.git("rev-parse", `pending/${sheet.sheet}`);
    const accepted = await campaign.run("accept");
    expect(accepted).toMatchObject({ code: 0, outputs: { publish: "true" } });
    expect(campaign.mainFile("signatures/accepted/000.md")).toContain(one.row.name);
    expect(campaign.mainFile("signatures/accepted/000.md")).not.toContain(three.row.opening);
    expect(campaign.github.repository.log("main")[0]!.parents[1]).toBe(reviewed);
    expect(campaign.github.repository.branches()).toEqual(["main"]);
    expect(campaign.github.state.pulls[0]).toMatchObject({ state: "closed", merged: { by: campaign.acceptApp.bot } });

    const [answer, ...others] = commentsOn(pull);
    expect(others).toEqual([]);
    expect(answer!.body).toContain("2 of 3 are on the list");
    expect(answer!.body).toContain(`\`${three.row.id}\` fake-name`);
    expect(answer!.body).toMatch(/Checkpoint: 4 `[\w+/]{43}=`/);
    expect(answer!.body + accepted.output).not.toContain(one.row.name);
  });

  it("applies withdrawals without a review, before the sheets of the same run", async () => {
    const [first, second] = campaign.moderators;
    const pull = await campaign.fileSheet(sheet);
    for (const by of [first, second]) await campaign.review(by, pull, "APPROVE");
    const leaving = await campaign.fileSheet(withdrawalsOf(2, [one.row.id]));
    expect(await campaign.run("accept")).toMatchObject({ code: 0 });
    expect(campaign.mainFile("signatures/accepted/000.md")).not.toContain(one.row.opening);
    expect(commentsOn(leaving)[0]!.body).toContain("Not on the list: 1");
    expect(commentsOn(pull)[0]!.body).toContain(`Left out as withdrawn: 1\n- \`${one.row.id}\``);
  });

  it("asks to be published again until the site shows main", async () => {
    const pull = await campaign.fileSheet(sheet);
    for (const by of campaign.moderators) await campaign.review(by, pull, "APPROVE");
    expect((await campaign.run("accept")).outputs.publish).toBe("true");
    expect((await campaign.run("accept")).outputs.publish).toBe("true");
    campaign.publish();
    expect((await campaign.run("accept")).outputs.publish).toBe("false");
  });

  it("answers once, and answers still when it died between merging and answering", async () => {
    const pull = await campaign.fileSheet(sheet);
    for (const by of campaign.moderators) await campaign.review(by, pull, "APPROVE");
    campaign.github.setFault(({ operation }) =>
      operation.startsWith("POST") && operation.endsWith("/comments") ? { status: 422 } : undefined,
    );
    const died = await campaign.run("accept");
    expect(died.code).toBe(1);
    expect(commentsOn(pull)).toEqual([]);
    expect(campaign.github.state.pulls[0]!.merged).toBeDefined();
    campaign.github.setFault();
    expect(await campaign.run("accept")).toMatchObject({ code: 0, outputs: { publish: "true" } });
    expect(commentsOn(pull)).toHaveLength(1);
    expect(campaign.github.repository.branches()).toEqual(["main"]);
    await campaign.run("accept");
    expect(commentsOn(pull)).toHaveLength(1);
  });

  it("is not kept from answering by somebody who wrote its marker", async () => {
    const pull = await campaign.fileSheet(sheet);
    await ask(campaign, campaign.organiser.token, `issues/${pull}/comments`, {
      body: "<!-- undersigned: accept -->\nDone.",
    });
    for (const by of campaign.moderators) await campaign.review(by, pull, "APPROVE");
    await campaign.run("accept");
    expect(commentsOn(pull).map(({ author }) => author.login)).toEqual(["organiser", "github-actions[bot]"]);
  });

  it("takes nothing over when the connection is cut after the push, and finds out that it was done", async () => {
    const pull = await campaign.fileSheet(sheet);
    for (const by of campaign.moderators) await campaign.review(by, pull, "APPROVE");
    const before = campaign.github.repository.log("main").length;
    let pushes = 0;
    campaign.github.setFault(({ operation }) =>
      operation === "git push" && ++pushes === 1 ? { cut: "before" } : undefined,
    );
    const cut = await campaign.run("accept");
    campaign.github.setFault();
    expect(cut.code).toBe(1);
    expect(campaign.github.repository.log("main")).toHaveLength(before);
    expect((await campaign.run("accept")).code).toBe(0);
    expect(campaign.github.repository.log("main")).toHaveLength(before + 1);
  });
});

describe("accept refuses to sign", () => {
  const approve = async () => {
    const pull = await campaign.fileSheet(sheet);
    for (const by of campaign.moderators) await campaign.review(by, pull, "APPROVE");
  };
  const refused = async (reason: RegExp, env: Record<string, string> = {}) => {
    await approve();
    const head = campaign.github.repository.git("rev-parse", "main");
    const result = await campaign.run("accept", env);
    expect(result.code).toBe(1);
    expect(result.output).toMatch(reason);
    expect(campaign.github.repository.git("rev-parse", "main")).toBe(head);
  };

  it("with a key that main does not name", () =>
    refused(/LEDGER_KEY is not the key/, { LEDGER_KEY: Buffer.alloc(32, 7).toString("base64url") }));

  it("on another branch than main", () => refused(/GITHUB_REF does not have the form/, { GITHUB_REF: "refs/heads/x" }));

  it("when the ledger on main was cut behind what the world has seen", async () => {
    await approve();
    await campaign.run("accept");
    campaign.publish();
    // An organiser takes the rules off main and sets it back.
    campaign.github.repository.git("update-ref", "refs/heads/main", "main~1");
    const result = await campaign.run("accept");
    expect(result.code).toBe(1);
    expect(result.output).toContain("the ledger on main is shorter than the one the world has seen");
  });

  it("when somebody has edited the ledger on main", async () => {
    const path = "signatures/ledger/000.txt";
    campaign.github.repository.commit("main", "x", { [path]: campaign.mainFile(path).replace(/.$/m, "x") });
    await refused(/edited main|ledger/);
  });

  it("when the site does not answer, or answers without a checkpoint", async () => {
    campaign.site.status = 503;
    await refused(/status 503|cannot be fetched/);
    campaign.site.status = undefined;
    campaign.site.content = new Map();
    const result = await campaign.run("accept");
    expect(result.output).toContain("the site shows no checkpoint");
    expect((await campaign.run("accept", { FIRST: "true" })).code).toBe(0);
  });
});
