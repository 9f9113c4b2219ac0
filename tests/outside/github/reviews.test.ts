import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sheetPath } from "../../../scripts/letter/signature/sheet.ts";
import { invent, sheetOf } from "../../letter/invented.ts";
import { hurryTime } from "../../support/browsers/hurry.ts";
import type { Account } from "../../support/github/account.ts";
import { mustAsk } from "../../support/github/ask.ts";
import { type GitHubCampaign, makeGitHubCampaign } from "../../support/github/campaign.ts";
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
