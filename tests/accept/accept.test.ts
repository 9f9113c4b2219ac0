import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { formatSheet, sheetPath } from "../../scripts/letter/signature/sheet.ts";
import { invent, sheetOf, withdrawalsOf } from "../letter/invented.ts";
import { hurryTime } from "../support/browsers/hurry.ts";
import { makeWorkflowCampaign, type WorkflowCampaign } from "../support/campaigns/workflow-campaign.ts";
import { mustAsk } from "../support/github/ask.ts";
import { runPublish } from "../support/github/pages.ts";
import { ask } from "../support/servers/github-calls.ts";

let campaign: WorkflowCampaign;
let realTime: () => void;
beforeEach(async () => {
  // Between two comments the client waits three seconds, as GitHub asks.
  realTime = hurryTime();
  campaign = await makeWorkflowCampaign();
});
afterEach(async () => {
  realTime();
  await campaign.close();
});

const [one, two, three] = [invent(1, "name"), invent(2, "hidden"), invent(3, "initials")];
const sheet = sheetOf(1, [one.row, two.row, three.row]);
const commentsOn = (pull: number) =>
  campaign.github.state.comments.filter((comment) => comment.pull === pull && comment.line === undefined);

describe("the workflow accept", () => {
  it("merges what two moderators approved, without the row that one of them refused", async () => {
    const pull = await campaign.fileSheet(sheet);
    const [first, second] = campaign.moderators;
    await campaign.review(first, pull, "APPROVE", `refuse ${three.row.id} fake-name`);
    const waiting = await campaign.run("accept");
    expect(waiting).toMatchObject({ code: 0, outputs: {} });
    expect(campaign.github.state.runs).toEqual([]);
    expect(waiting.output).toContain(`sheet ${sheet.sheet}: waiting`);

    // The second one refuses a row on its own line, and takes that back.
    const line = {
      commit_id: campaign.proposal(pull).HEAD_SHA,
      path: `signatures/pending/${sheet.sheet}.md`,
      side: "RIGHT",
    };
    const on = { ...line, line: 10 + sheet.rows.findIndex(({ id }) => id === two.row.id) };
    await ask(campaign, second.token, `pulls/${pull}/comments`, { ...on, body: "refuse not-a-person" });
    await ask(campaign, second.token, `pulls/${pull}/comments`, { ...on, body: "Known to me.\r\nkeep\r\n" });
    await campaign.review(second, pull, "APPROVE");
    const reviewed = campaign.github.repository.git("rev-parse", `pending/${sheet.sheet}`);
    const accepted = await campaign.run("accept");
    expect(accepted).toMatchObject({ code: 0, output: expect.stringContaining("publish was started") });
    expect(campaign.github.state.runs.map(({ sha }) => sha)).toEqual([
      campaign.github.repository.git("rev-parse", "main"),
    ]);
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
    await campaign.accept();
    expect(campaign.mainFile("signatures/accepted/000.md")).not.toContain(one.row.opening);
    expect(commentsOn(leaving)[0]!.body).toContain("Not on the list: 1");
    expect(commentsOn(pull)[0]!.body).toContain(`Left out as withdrawn: 1\n- \`${one.row.id}\``);
  });

  it("waits for a refusal that it cannot read, says once where it stands, and takes the sheet over when it was written right", async () => {
    const pull = await campaign.fileSheet(sheet);
    const [first] = campaign.moderators;
    await campaign.review(first, pull, "COMMENT", `refuse ${three.row.id} fake`);
    for (const by of campaign.moderators) await campaign.review(by, pull, "APPROVE");
    const [slip] = campaign.github.state.pulls[0]!.reviews;
    const place = `pullrequestreview-${slip!.id}`;
    for (let run = 0; run < 2; run++) {
      const { outcomes } = await campaign.accept();
      expect(outcomes).toMatchObject([{ sheet: sheet.sheet, state: "blocked", unclear: [place] }]);
    }
    expect(commentsOn(pull).map(({ body }) => body)).toEqual([expect.stringContaining(`/pull/${pull}#${place}\n`)]);
    const right = { body: `refuse ${three.row.id} fake-name` };
    await mustAsk(campaign.github, first.token, "PUT", `pulls/${pull}/reviews/${slip!.id}`, right);
    await campaign.accept();
    expect(commentsOn(pull).map(({ body }) => body)).toEqual([expect.stringContaining("2 of 3 are on the list")]);
  });

  it("waits for words about a row or the sheet that are no order, and says in both languages how to go on", async () => {
    const pull = await campaign.fileSheet(sheet);
    const [first] = campaign.moderators;
    await ask(campaign, first.token, `issues/${pull}/comments`, { body: `این ردیف جعلی است ${three.row.id}` });
    for (const by of campaign.moderators) await campaign.review(by, pull, "APPROVE");
    expect((await campaign.accept()).outcomes).toMatchObject([{ state: "blocked" }]);
    const [comment] = campaign.github.state.comments;
    const [answer] = commentsOn(pull).filter(({ author }) => author.id !== first.id);
    expect(answer!.body).toContain(`/pull/${pull}#issuecomment-${comment!.id}\n`);
    expect(answer!.body).toContain("Questions and talk need no id");
    expect(answer!.body).toContain('<div dir="rtl" lang="fa">');
    // The comment of the workflow itself, which says all that, holds nothing up.
    campaign.github.state.comments.splice(campaign.github.state.comments.indexOf(comment!), 1);
    expect((await campaign.accept()).main.record.rows).toHaveLength(3);
  });

  it("passes over a sheet that the form service has not attested, and says what to do until its branch is gone", async () => {
    const pull = await campaign.fileSheet(sheet);
    const copy = sheetOf(2, [one.row, two.row]);
    const other = await campaign.fileSheet(copy, `file sheet ${copy.sheet}\n`);
    for (const number of [pull, other])
      for (const by of campaign.moderators) await campaign.review(by, number, "APPROVE");
    const { output } = await campaign.run("accept");
    expect(output).toContain(
      `::warning::sheet ${copy.sheet}: passed over: the form service has not attested it. Close it:`,
    );
    expect(commentsOn(other).map(({ body }) => body)).toEqual([expect.stringContaining("**Passed over.**")]);
    expect(commentsOn(pull)[0]!.body).toContain("3 of 3 are on the list");
    const [first] = campaign.moderators;
    await mustAsk(campaign.github, first.token, "PATCH", `pulls/${other}`, { state: "closed" });
    expect(await campaign.accept()).toMatchObject({ unseen: [], leftovers: [copy.sheet] });
    expect((await campaign.run("accept")).output).toContain("nobody waits for it, delete its branch");
  });

  it("flags a row that is on two open sheets on both, and lets the second decide what the first calls a duplicate", async () => {
    const twin = sheetOf(2, [one.row, invent(4).row]);
    const [pull, other] = [await campaign.fileSheet(sheet), await campaign.fileSheet(twin)];
    await campaign.accept();
    expect(commentsOn(pull)[0]!.body).toContain(`- \`${one.row.id}\`: sheet \`${twin.sheet}\``);
    expect(commentsOn(other)[0]!.body).toContain(`- \`${one.row.id}\`: sheet \`${sheet.sheet}\``);
    const { code, summary } = await campaign.run("validate", campaign.proposal(other));
    expect(code).toBe(0);
    expect(summary).toContain(`(${one.row.id}) is on the open sheet ${sheet.sheet} too`);
    const [first, second] = campaign.moderators;
    await campaign.review(first, pull, "APPROVE", `refuse ${one.row.id} duplicate`);
    await campaign.review(second, pull, "APPROVE");
    await campaign.accept();
    expect(commentsOn(pull)[0]!.body).toContain("2 of 3 are on the list");
    expect(commentsOn(pull)[0]!.body).toContain(`Left out, decided elsewhere: 1\n- \`${one.row.id}\``);
    expect(campaign.github.repository.log("main")[0]!.message).toContain(`Left-out: ${one.row.id}\n`);
    for (const by of campaign.moderators) await campaign.review(by, other, "APPROVE");
    expect((await campaign.accept()).main.record.rows).toHaveLength(4);
  });

  it("warns of a sheet whose pull request was closed or made a draft, until it is open again", async () => {
    const [pull, other] = [await campaign.fileSheet(sheet), await campaign.fileSheet(sheetOf(2, [invent(4).row]))];
    for (const by of campaign.moderators) await campaign.review(by, pull, "APPROVE");
    const [first] = campaign.moderators;
    const set = (state: string) => mustAsk(campaign.github, first.token, "PATCH", `pulls/${pull}`, { state });
    await set("closed");
    campaign.github.state.pulls.find(({ number }) => number === other)!.draft = true;
    const { output } = await campaign.run("accept");
    expect(output.match(/::warning::sheet \w{26}: nobody can review it/g)).toHaveLength(2);
    expect(output).toContain(`::warning::sheet ${sheet.sheet}: nobody can review it`);
    await set("open");
    const { unseen, main } = await campaign.accept();
    expect([unseen, main.record.rows.length]).toEqual([[sheetOf(2, []).sheet], 3]);
  });

  it("says that it waits for whoever requested changes", async () => {
    const pull = await campaign.fileSheet(sheet);
    await campaign.review(campaign.moderators[0], pull, "REQUEST_CHANGES", "Let me ask.");
    await campaign.accept();
    expect(commentsOn(pull).map(({ body }) => body)).toEqual([expect.stringContaining("goes on when its author")]);
  });

  it("accepts the other sheets when a pull request takes no comment, and publishes them", async () => {
    const pulls = [await campaign.fileSheet(sheetOf(1, [one.row])), await campaign.fileSheet(sheetOf(2, [two.row]))];
    for (const pull of pulls) for (const by of campaign.moderators) await campaign.review(by, pull, "APPROVE");
    // What GitHub says of a pull request with more than 2,500 comments.
    let full = false;
    campaign.github.setFault(({ operation }) => {
      if (!operation.startsWith("POST") || !operation.endsWith("/comments") || full) return undefined;
      full = true;
      return { status: 422 };
    });
    const { publication, main, troubles } = await campaign.accept();
    expect([publication, main.record.rows.length, troubles.length]).toEqual([{ state: "started" }, 2, 1]);
    expect(pulls.map((pull) => commentsOn(pull).length).sort()).toEqual([0, 1]);
    await campaign.accept();
    expect(pulls.map((pull) => commentsOn(pull).length)).toEqual([1, 1]);
  });

  it("counts again the approvals of the commit that was filed when a branch was pushed to and put back", async () => {
    const { repository } = campaign.github;
    const pull = await campaign.fileSheet(sheet);
    const filed = repository.git("rev-parse", `pending/${sheet.sheet}`);
    for (const by of campaign.moderators) await campaign.review(by, pull, "APPROVE");
    const service = campaign.github.tokenOf(campaign.fileApp);
    const move = (sha: string) =>
      mustAsk(campaign.github, service, "PATCH", `git/refs/heads/pending/${sheet.sheet}`, { sha, force: true });
    const other = formatSheet(sheetOf(1, [one.row]));
    repository.git("update-ref", "refs/heads/scratch", filed);
    await move(repository.commit("scratch", "x", { [sheetPath(sheet.sheet)]: other }));
    expect((await campaign.accept()).outcomes).toMatchObject([{ state: "invalid" }]);
    expect(commentsOn(pull).map(({ body }) => body)).toEqual([expect.stringContaining("Do not close")]);
    await move(filed);
    await campaign.accept();
    expect(commentsOn(pull).map(({ body }) => body)).toEqual([expect.stringContaining("3 of 3 are on the list")]);
  });

  it("answers a rejected sheet without calling it accepted", async () => {
    const pull = await campaign.fileSheet(sheet);
    for (const by of campaign.moderators) await campaign.review(by, pull, "COMMENT", "reject advert");
    await campaign.accept();
    expect(commentsOn(pull)[0]!.body).toContain("**Settled.** None of 3 comes to the list.");
  });

  it("accepts the other sheets when the reviews of one cannot be read, and none while GitHub wants to be left alone", async () => {
    const pulls = [await campaign.fileSheet(sheetOf(1, [one.row])), await campaign.fileSheet(sheetOf(2, [two.row]))];
    for (const pull of pulls) for (const by of campaign.moderators) await campaign.review(by, pull, "APPROVE");
    const failFirst = (status: number) => {
      let failed = false;
      campaign.github.setFault(({ operation }) => {
        if (operation !== "POST /graphql" || failed) return undefined;
        failed = true;
        return { status };
      });
    };
    failFirst(429);
    const paused = await campaign.accept();
    expect([paused.main.record.rows.length, paused.postponed.length, paused.troubles]).toEqual([0, 2, []]);
    expect(campaign.github.limits.early).toEqual([]);
    // One that GitHub cannot tell of: asked for both it answers nothing, asked for each it answers for the other.
    const [broken] = campaign.github.state.pulls;
    const { reviews } = broken!;
    Object.assign(broken!, { reviews: [{ ...reviews[0]!, state: "NEW" }] });
    const { main, troubles, unseen } = await campaign.accept();
    Object.assign(broken!, { reviews });
    expect(campaign.github.problems.splice(0).length).toBeGreaterThan(0);
    expect([main.record.rows.length, troubles.map(({ number }) => pulls.includes(number))]).toEqual([1, [true]]);
    expect(unseen).toEqual([]);
    expect((await campaign.accept()).main.record.rows).toHaveLength(2);
  });

  it("has main published until the site shows it", async () => {
    const pull = await campaign.fileSheet(sheet);
    for (const by of campaign.moderators) await campaign.review(by, pull, "APPROVE");
    expect((await campaign.accept()).publication).toEqual({ state: "started" });
    expect((await campaign.accept()).publication).toEqual({ state: "running" });
    runPublish(campaign.github.state, "failed to build");
    expect((await campaign.accept()).publication).toEqual({ state: "started" });
    campaign.publish();
    expect((await campaign.accept()).publication).toEqual({ state: "shown" });
  });

  it("answers once, and answers still when it could not after merging", async () => {
    const pull = await campaign.fileSheet(sheet);
    for (const by of campaign.moderators) await campaign.review(by, pull, "APPROVE");
    campaign.github.setFault(({ operation }) =>
      operation.startsWith("POST") && operation.endsWith("/comments") ? { status: 422 } : undefined,
    );
    const { troubles } = await campaign.accept();
    expect(troubles).toEqual([{ number: pull, reason: expect.stringContaining("GitHub says 422") }]);
    expect(commentsOn(pull)).toEqual([]);
    expect(campaign.github.state.pulls[0]!.merged).toBeDefined();
    campaign.github.setFault();
    expect((await campaign.accept()).publication).toEqual({ state: "running" });
    expect(commentsOn(pull)).toHaveLength(1);
    expect(campaign.github.repository.branches()).toEqual(["main"]);
    await campaign.accept();
    expect(commentsOn(pull)).toHaveLength(1);
  });

  it("is not kept from answering by somebody who wrote its marker", async () => {
    const pull = await campaign.fileSheet(sheet);
    await ask(campaign, campaign.organiser.token, `issues/${pull}/comments`, {
      body: "<!-- undersigned: accept -->\nDone.",
    });
    for (const by of campaign.moderators) await campaign.review(by, pull, "APPROVE");
    await campaign.accept();
    expect(commentsOn(pull).map(({ author }) => author.login)).toEqual(["organiser", "github-actions[bot]"]);
  });

  it("accepts a sheet once when two runs meet", async () => {
    const pull = await campaign.fileSheet(sheet);
    for (const by of campaign.moderators) await campaign.review(by, pull, "APPROVE");
    const before = campaign.github.repository.log("main").length;
    const runs = await Promise.all([campaign.accept(), campaign.accept()]);
    expect(runs.map(({ main }) => main.record.rows.length)).toEqual([3, 3]);
    expect(campaign.github.repository.log("main")).toHaveLength(before + 1);
  });

  it("passes over a branch of a fork, and a sheet that points elsewhere than main", async () => {
    const { state, repository } = campaign.github;
    const pull = await campaign.fileSheet(sheet);
    for (const by of campaign.moderators) await campaign.review(by, pull, "APPROVE");
    const [approved] = state.pulls;
    Object.assign(approved!, { headOwner: "somebody-else" });
    await campaign.accept();
    Object.assign(approved!, { headOwner: state.owner.login, base: "other" });
    await campaign.accept();
    expect(repository.log("main")[0]!.parents).toHaveLength(1);
    Object.assign(approved!, { base: "main" });
    await campaign.accept();
    expect(repository.log("main")[0]!.parents).toHaveLength(2);
  });

  it("waits when the branch has moved on from the commit that the pull request shows", async () => {
    const { repository } = campaign.github;
    const pull = await campaign.fileSheet(sheet);
    for (const by of campaign.moderators) await campaign.review(by, pull, "APPROVE");
    repository.commit(`pending/${sheet.sheet}`, "x", { "README.md": "x\n" });
    const { outcomes, lagging, unseen } = await campaign.accept();
    expect([outcomes, lagging, unseen]).toEqual([[], [sheet.sheet], []]);
    expect(repository.log("main")[0]!.parents).toHaveLength(1);
  });

  it("merges the commit that was approved, and no other, when the branch moves while it is at work", async () => {
    const pull = await campaign.fileSheet(sheet);
    for (const by of campaign.moderators) await campaign.review(by, pull, "APPROVE");
    const { repository } = campaign.github;
    const approved = repository.git("rev-parse", `pending/${sheet.sheet}`);
    let pushed: string | undefined;
    campaign.github.setFault(({ operation }) => {
      // Between the reading of the reviews and the merge, someone who has the file App's key sends other rows.
      if (operation === "git push" && pushed === undefined) {
        repository.git("update-ref", `refs/heads/pending/${sheet.sheet}`, `${approved}^`);
        const text = formatSheet(sheetOf(1, [invent(7, "name").row]));
        pushed = repository.commit(`pending/${sheet.sheet}`, "other rows", { [sheetPath(sheet.sheet)]: text });
        campaign.github.state.pulls[0]!.headSha = pushed;
      }
      return undefined;
    });
    const { outcomes, main } = await campaign.accept();
    campaign.github.setFault();
    expect(pushed).toBeDefined();
    expect(outcomes).toMatchObject([{ state: "accepted", accepted: 3 }]);
    expect(repository.log("main")[0]!.parents[1]).toBe(approved);
    expect(main.record.rows).toHaveLength(3);
    // The branch that has moved is left alone, and its sheet is settled: nothing more comes of it.
    expect(repository.git("rev-parse", `pending/${sheet.sheet}`)).toBe(pushed);
    for (const by of campaign.moderators) await campaign.review(by, pull, "APPROVE");
    const again = await campaign.accept();
    expect(again.outcomes).toEqual([{ sheet: sheet.sheet, state: "unattested" }]);
    expect(again.main.record.rows).toHaveLength(3);
  });

  it("takes nothing over when the connection is cut after the push, and finds out that it was done", async () => {
    const pull = await campaign.fileSheet(sheet);
    for (const by of campaign.moderators) await campaign.review(by, pull, "APPROVE");
    const before = campaign.github.repository.log("main").length;
    let pushes = 0;
    campaign.github.setFault(({ operation }) =>
      operation === "git push" && ++pushes === 1 ? { cut: "before" } : undefined,
    );
    await expect(campaign.accept()).rejects.toThrow("could not be moved");
    campaign.github.setFault();
    expect(campaign.github.repository.log("main")).toHaveLength(before);
    await campaign.accept();
    expect(campaign.github.repository.log("main")).toHaveLength(before + 1);
  });
});
