import { parse, validate } from "graphql";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { decide } from "../../../scripts/letter/review/moderation.ts";
import { sheetPath } from "../../../scripts/letter/signature/sheet.ts";
import { systemClock } from "../../../scripts/outside/clock.ts";
import { QUERIES } from "../../../scripts/outside/github/pull-query.ts";
import { listOpenPulls, readReviews } from "../../../scripts/outside/github/reviews.ts";
import { invent, sheetOf } from "../../letter/invented.ts";
import { hurryTime, passTime } from "../../support/browsers/hurry.ts";
import type { Account } from "../../support/github/account.ts";
import { mustAsk } from "../../support/github/ask.ts";
import { type GitHubCampaign, makeGitHubCampaign } from "../../support/github/campaign.ts";
import { edit, erase } from "../../support/github/git/rewriting.ts";
import { githubSchema } from "../../support/github/graphql.ts";
import { openPull } from "../../support/github/routes/pull-routes.ts";

let campaign: GitHubCampaign;
let realTime: () => void;
beforeEach(async () => {
  realTime = hurryTime();
  campaign = await makeGitHubCampaign();
});
afterEach(async () => {
  await campaign.close();
  realTime();
});

const sheet = sheetOf(1, [invent(1).row, invent(2).row, invent(3).row]);
const [first, second] = sheet.rows.map((row) => row.id) as [string, string];
const fileSheet = async () => {
  await campaign.host.file(await campaign.local.filing(sheet));
  return campaign.github.repository.git("rev-parse", `refs/heads/pending/${sheet.sheet}`);
};
/** Another pull request of the form service, with a name of its own. */
const fileCopy = (number: number, headSha: string) => {
  const { state } = campaign.github;
  const head = `pending/${sheetOf(1000 + number, []).sheet}`;
  openPull(state, state.pulls[0]!.author, { headSha, base: "main", title: "sheet", head });
};
const pulls = (account: Account, path: string, body: object) =>
  mustAsk(campaign.github, account.token, "POST", `pulls/1/${path}`, body);

describe("reading the reviews on GitHub", () => {
  it("gives what was said about a sheet in the order in which it was said, by numeric ids", async () => {
    const commit = await fileSheet();
    const [one, two] = campaign.moderators;
    await pulls(one, "reviews", { event: "APPROVE", body: `refuse ${first} advert`, commit_id: commit });
    campaign.github.advance(1000);
    // The table's first row is on line 10.
    await pulls(two, "comments", {
      body: "refuse fake-name",
      commit_id: commit,
      path: sheetPath(sheet.sheet),
      line: 11,
      side: "RIGHT",
    });
    campaign.github.advance(1000);
    await mustAsk(campaign.github, two.token, "POST", "issues/1/comments", { body: `keep ${first}` });
    campaign.github.advance(1000);
    await pulls(two, "reviews", { event: "REQUEST_CHANGES", body: "please wait" });
    const [review, onLine, below] = [/^pullrequestreview-\d+$/, /^discussion_r\d+$/, /^issuecomment-\d+$/].map((form) =>
      expect.stringMatching(form),
    );
    expect(await campaign.openPulls()).toEqual([
      {
        sheet: sheet.sheet,
        number: 1,
        commit,
        acts: [
          { by: one.id, state: "approved", commit, body: `refuse ${first} advert`, place: review },
          { by: two.id, state: "commented", commit, body: "", place: review },
          { by: two.id, state: "commented", commit, body: "refuse fake-name", row: second, place: onLine },
          { by: two.id, state: "commented", commit: "", body: `keep ${first}`, place: below },
          { by: two.id, state: "changes-requested", commit, body: "please wait", place: review },
        ],
      },
    ]);
  });

  it("does not guess which rows a comment on several lines means", async () => {
    const commit = await fileSheet();
    const [one] = campaign.moderators;
    const where = { commit_id: commit, path: sheetPath(sheet.sheet), side: "RIGHT" };
    await pulls(one, "comments", { ...where, body: "refuse fake-name", start_line: 10, line: 12 });
    campaign.github.advance(1000);
    // A push makes it outdated, and GitHub forgets where it is, but not where it was.
    campaign.github.repository.commit(`pending/${sheet.sheet}`, "push", { x: "x" });
    const [open] = await campaign.openPulls();
    expect(open?.acts.at(-1)).toMatchObject({ by: one.id, state: "commented", commit, body: "refuse fake-name" });
    expect(open?.acts.at(-1)).not.toHaveProperty("row");
  });

  it("takes a comment that was drafted as said when it was published", async () => {
    const commit = await fileSheet();
    const [one] = campaign.moderators;
    const where = { path: sheetPath(sheet.sheet), line: 10, side: "RIGHT" };
    await mustAsk(campaign.github, one.token, "POST", "issues/1/comments", { body: `keep ${first}` });
    campaign.github.advance(60_000);
    const comments = [{ ...where, body: "refuse fake-name" }];
    await pulls(one, "reviews", { event: "COMMENT", body: "", commit_id: commit, comments });
    const drafted = campaign.github.state.comments.at(-1)!;
    // As GitHub tells it of a draft that was begun before the other comment.
    campaign.github.state.comments.splice(-1, 1, { ...drafted, createdAt: "2026-01-01T00:00:00Z" });
    const [open] = await campaign.openPulls();
    expect(open?.acts.map(({ body }) => body)).toEqual([`keep ${first}`, "", "refuse fake-name"]);
  });

  it("asks no more about dozens of pull requests of strangers than their list", async () => {
    const commit = await fileSheet();
    const { state, calls } = campaign.github;
    for (let i = 0; i < 40; i++) {
      const author = { id: 1000 + i, login: `stranger-${i}`, type: "User" } as const;
      openPull(state, author, {
        ...{ headSha: commit, base: "main", title: "sheet", headOwner: author.login },
        head: `pending/${sheet.sheet}`,
      });
    }
    const before = calls.length;
    expect((await campaign.openPulls()).map(({ commit: sha }) => sha)).toEqual([commit]);
    expect(calls.length - before).toBeLessThan(8);
  });

  it("reads more open sheets than a page holds with at most 0.2 calls each", async () => {
    const commit = await fileSheet();
    const { calls } = campaign.github;
    await pulls(campaign.moderators[0], "reviews", { event: "APPROVE", commit_id: commit });
    for (let i = 1; i < 110; i++) fileCopy(i, commit);
    const before = calls.length;
    const open = await campaign.openPulls();
    expect([open.length, open.flatMap(({ acts }) => acts).length]).toEqual([110, 1]);
    expect((calls.length - before) / 110).toBeLessThanOrEqual(0.2);
  });

  it("finds the one among many that GitHub cannot tell of, and reads the others", async () => {
    const commit = await fileSheet();
    const { state } = campaign.github;
    for (let i = 1; i < 20; i++) fileCopy(i, commit);
    const [bad] = state.pulls.splice(7, 1);
    state.pulls.splice(7, 0, { ...bad!, reviews: [{ state: "NEW" } as never] });
    const [linesOf, clock] = [async () => undefined, systemClock];
    const read = [];
    for await (const one of readReviews(campaign.api, await listOpenPulls(campaign.api), { linesOf, clock }))
      read.push("cause" in one ? `unread ${one.pull.number}` : "read");
    expect(read.filter((word) => word !== "read")).toEqual([`unread ${bad!.number}`]);
    expect(read).toHaveLength(20);
    expect(campaign.github.problems.splice(0).length).toBeGreaterThan(0);
  });

  it("reads no more than it may of one with 2,000 comments, and all of the others, for some points", async () => {
    const commit = await fileSheet();
    const { state, limits } = campaign.github;
    for (let i = 1; i < 20; i++) fileCopy(i, commit);
    const long = state.pulls[7];
    const own = { id: 41_898_282, login: "github-actions[bot]", type: "Bot" } as const;
    const stranger = { id: 5, login: "stranger", type: "User" } as const;
    const [createdAt, updatedAt] = ["2026-11-22T00:00:00Z", "2026-11-22T00:00:00Z"];
    for (let i = 0; i < 2000; i++) {
      const [author, body] = i === 1950 ? [own, "<!-- undersigned: accept -->\nx"] : [stranger, "spam"];
      state.comments.push({ id: 10_000 + i, pull: long!.number, author, body, createdAt, updatedAt });
    }
    const used = () => Number(limits.headers("file", "graphql")["x-ratelimit-used"]);
    const [before, linesOf] = [used(), async () => undefined];
    const read = [];
    for await (const one of readReviews(campaign.api, await listOpenPulls(campaign.api), {
      linesOf,
      clock: systemClock,
    }))
      read.push(one);
    expect(read).toHaveLength(20);
    expect(read.filter((one) => "acts" in one)).toHaveLength(19);
    const [held] = read.filter((one) => "isOverlong" in one);
    // Our own comment is found at the end too, so that none is written again and again.
    expect(held).toMatchObject({ pull: { number: long!.number }, answer: { id: 11_950 } });
    expect(used() - before).toBeLessThanOrEqual(20);
  });

  it("reads again what was said, before it hands out what it read half a minute ago", async () => {
    const commit = await fileSheet();
    const { state, calls } = campaign.github;
    for (let i = 1; i < 30; i++) fileCopy(i, commit);
    const [one] = campaign.moderators;
    const [linesOf, before] = [async () => undefined, calls.length];
    const words: string[][] = [];
    const listed = await listOpenPulls(campaign.api);
    for await (const read of readReviews(campaign.api, listed, { linesOf, clock: systemClock })) {
      if (!("acts" in read)) throw new Error("not read");
      words.push(read.acts.map(({ body }) => body));
      // A merge takes some seconds, and meanwhile somebody writes on the next sheet.
      passTime(4_000);
      const next = listed[words.length + 8];
      if (next) {
        const [author, createdAt] = [{ id: one.id, login: one.login, type: "User" } as const, "2026-11-22T00:00:00Z"];
        const said = { author, body: `late ${next.number}`, createdAt, updatedAt: createdAt };
        state.comments.push({ id: 10_000 + words.length, pull: next.number, ...said });
      }
    }
    expect(words).toHaveLength(30);
    expect(words.slice(9)).toEqual(listed.slice(9).map(({ number }) => [`late ${number}`]));
    expect(calls.slice(before).filter(({ operation }) => operation === "POST /graphql").length).toBeLessThanOrEqual(5);
  });

  it("asks only what GitHub's schema knows", async () => {
    const schema = githubSchema();
    for (const query of Object.values(QUERIES)) expect(validate(schema, parse(query))).toEqual([]);
  });

  it("reads on over many pages", async () => {
    await fileSheet();
    for (let i = 0; i < 130; i++) {
      campaign.github.state.comments.push({
        id: 10_000 + i,
        pull: 1,
        author: { id: campaign.moderators[0].id, login: "moderator-one", type: "User" },
        body: `line ${i}`,
        createdAt: "2026-11-22T00:00:00Z",
        updatedAt: "2026-11-22T00:00:00Z",
      });
    }
    const [open] = await campaign.openPulls();
    expect(open?.acts.map(({ body }) => body)).toEqual(Array.from({ length: 130 }, (_, i) => `line ${i}`));
  });

  it("tells a dismissed review from one that stands", async () => {
    const commit = await fileSheet();
    await pulls(campaign.moderators[0], "reviews", { event: "APPROVE", commit_id: commit });
    const [review] = campaign.github.state.pulls[0]!.reviews;
    await mustAsk(campaign.github, campaign.organiser.token, "PUT", `pulls/1/reviews/${review!.id}/dismissals`, {
      message: "no",
    });
    const [open] = await campaign.openPulls();
    expect(open?.acts).toMatchObject([{ state: "dismissed", by: campaign.moderators[0].id }]);
  });

  it("passes over branches of that name in forks, other branches, other bases, drafts and closed pull requests", async () => {
    const commit = await fileSheet();
    const { state, repository } = campaign.github;
    const author = { id: 5, login: "stranger", type: "User" } as const;
    const common = { headSha: commit, base: "main", title: "sheet" };
    openPull(state, author, { ...common, headOwner: "stranger", head: `pending/${sheet.sheet}` });
    openPull(state, author, { ...common, head: "code" });
    repository.git("update-ref", "refs/heads/other", "refs/heads/main");
    openPull(state, author, { ...common, head: `pending/${"0".repeat(26)}`, base: "other" });
    expect((await campaign.openPulls()).map(({ sheet: id }) => id)).toEqual([sheet.sheet]);
    Object.assign(state.pulls[0]!, { draft: true });
    expect(await campaign.openPulls()).toEqual([]);
    Object.assign(state.pulls[0]!, { draft: false });
    await mustAsk(campaign.github, campaign.organiser.token, "PATCH", "pulls/1", { state: "closed" });
    expect(await campaign.openPulls()).toEqual([]);
  });
});

describe("a moderator's veto on GitHub that another hand has touched holds the sheet", () => {
  const judged = async () => {
    const [open] = await campaign.openPulls();
    const ids = new Set(campaign.moderators.map(({ id }) => id));
    const rows = sheet.rows.map(({ id }) => id);
    return decide({ approvals: 2, ids }, open!.commit, rows, open!.acts, sheet.sheet);
  };
  const approve = async () => {
    campaign.github.advance(1000);
    for (const by of campaign.moderators) await pulls(by, "reviews", { event: "APPROVE" });
  };
  const service = () =>
    ({ kind: "installation", app: campaign.fileApp, permissions: campaign.fileApp.permissions }) as const;
  const onLine = (commit: string, line: number) => ({
    ...{ commit_id: commit, path: sheetPath(sheet.sheet), side: "RIGHT", line },
  });

  it("a deleted comment, below the sheet or on a row, also when its author approves", async () => {
    const commit = await fileSheet();
    const [one] = campaign.moderators;
    const { state } = campaign.github;
    await mustAsk(campaign.github, one.token, "POST", "issues/1/comments", { body: `refuse ${first} fake-name` });
    await approve();
    expect(await judged()).toMatchObject({ state: "approved", refused: new Map([[first, "fake-name"]]) });
    erase(state, state.comments[0]!, service());
    await approve();
    expect(await judged()).toMatchObject({ state: "blocked", unclear: [expect.stringMatching(/^event-\d+$/)] });
    state.pulls[0]!.timeline.splice(0);
    await pulls(one, "comments", { ...onLine(commit, 10), body: "refuse fake-name" });
    erase(state, state.comments[0]!, service());
    await approve();
    expect(await judged()).toMatchObject({ state: "blocked" });
  });

  it("but not one that its author deleted, nor one of somebody else", async () => {
    await fileSheet();
    const [one] = campaign.moderators;
    const { state } = campaign.github;
    for (const by of [one, campaign.organiser])
      await mustAsk(campaign.github, by.token, "POST", "issues/1/comments", { body: `refuse ${first} fake-name` });
    erase(state, state.comments[0]!, { kind: "user", account: one });
    erase(state, state.comments[0]!, service());
    await approve();
    expect(await judged()).toMatchObject({ state: "approved", refused: new Map() });
  });

  it("an edited comment, in the second in which it was made too, and an edited review", async () => {
    const commit = await fileSheet();
    const [one] = campaign.moderators;
    const { state } = campaign.github;
    await pulls(one, "comments", { ...onLine(commit, 10), body: "refuse fake-name" });
    edit(state, state.comments[0]!, service(), "fine");
    await approve();
    expect(await judged()).toMatchObject({ state: "blocked", unclear: [expect.stringMatching(/^discussion_r/)] });
    state.comments.splice(0);
    await pulls(one, "reviews", { event: "APPROVE", body: `refuse ${first} fake-name` });
    expect(await judged()).toMatchObject({ state: "approved", refused: new Map([[first, "fake-name"]]) });
    const review = state.pulls[0]!.reviews.at(-1)!;
    edit(state, review, service(), "fine");
    await approve();
    expect(await judged()).toMatchObject({ state: "blocked", unclear: [expect.stringMatching(/^pullrequestreview-/)] });
    // Its author puts it right, as accept's answer says.
    edit(state, review, { kind: "user", account: one }, `refuse ${second} fake-name`);
    expect(await judged()).toMatchObject({ state: "approved", refused: new Map([[second, "fake-name"]]) });
  });

  it("a request for changes that was dismissed after its only words were deleted", async () => {
    const commit = await fileSheet();
    const [one] = campaign.moderators;
    const { state, organiser } = { state: campaign.github.state, organiser: campaign.organiser };
    await approve();
    const comments = [{ path: sheetPath(sheet.sheet), line: 10, side: "RIGHT", body: "Let me ask." }];
    await pulls(one, "reviews", { event: "REQUEST_CHANGES", commit_id: commit, comments });
    erase(state, state.comments[0]!, service());
    state.pulls[0]!.timeline.splice(0);
    const veto = state.pulls[0]!.reviews.at(-1)!;
    await mustAsk(campaign.github, organiser.token, "PUT", `pulls/1/reviews/${veto.id}/dismissals`, { message: "no" });
    await pulls(campaign.moderators[1], "reviews", { event: "APPROVE" });
    expect(await judged()).toMatchObject({ state: "blocked" });
    // What it was is not known, where GitHub keeps no event of it.
    state.pulls[0]!.timeline.splice(0);
    expect(await judged()).toMatchObject({ state: "blocked" });
    await approve();
    expect(await judged()).toMatchObject({ state: "approved" });
  });

  it("but not a comment that GitHub only touched", async () => {
    const commit = await fileSheet();
    const [one] = campaign.moderators;
    const { state } = campaign.github;
    await mustAsk(campaign.github, one.token, "POST", "issues/1/comments", { body: `refuse ${first} fake-name` });
    await pulls(one, "comments", { ...onLine(commit, 11), body: "refuse fake-name" });
    for (const comment of state.comments) comment.updatedAt = "2027-01-01T00:00:00Z";
    await approve();
    expect((await judged()).state).toBe("approved");
    expect([...(await judged()).refused.keys()]).toEqual([first, second]);
  });

  it("knows the row of a comment on a commit that is no longer there by what GitHub shows of it", async () => {
    const commit = await fileSheet();
    const [one] = campaign.moderators;
    await pulls(one, "comments", { ...onLine(commit, 11), body: "refuse fake-name" });
    campaign.github.repository.commit(`pending/${sheet.sheet}`, "push", { x: "x" });
    campaign.github.state.pulls[0]!.headSha = campaign.github.repository.git("rev-parse", `pending/${sheet.sheet}`);
    expect([...(await judged()).refused.keys()]).toEqual([second]);
  });
});
