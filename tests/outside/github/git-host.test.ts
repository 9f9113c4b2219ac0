import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Sheet, sheetPath } from "../../../scripts/letter/signature/sheet.ts";
import { invent, sheetOf } from "../../letter/invented.ts";
import { hurryTime } from "../../support/browsers/hurry.ts";
import { mustAsk } from "../../support/github/ask.ts";
import { type GitHubCampaign, makeGitHubCampaign } from "../../support/github/campaign.ts";
import { someFaults } from "../../support/github/fault.ts";

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

const sheet = sheetOf(1, [invent(1).row, invent(2).row]);
const branch = `refs/heads/pending/${sheet.sheet}`;
const OPEN = "POST /repos/{owner}/{repo}/pulls";
const MAIN_MOVED = "GET /repos/{owner}/{repo}/git/ref/{ref}";
/** What was asked of GitHub since so many calls, but for fetching main; a push is two requests. */
const works = (since: number) =>
  campaign.github.calls
    .slice(since)
    .filter(({ operation, sends }) => sends || !operation.startsWith("git "))
    .map(({ operation }) => operation);
const file = async (filed: Sheet, host = campaign.host) => host.file(await campaign.local.filing(filed));

describe("filing on GitHub", () => {
  it("opens one pull request, with the very commit that the repository on this machine would get", async () => {
    const filing = await campaign.local.filing(sheet);
    const expected = await campaign.local.file(sheet);
    await campaign.host.file(filing);
    expect(campaign.github.repository.git("rev-parse", branch)).toBe(expected);
    expect(campaign.github.repository.read(branch, sheetPath(sheet.sheet)).toString()).toBe(filing.text);
    expect(campaign.github.state.pulls).toMatchObject([
      { number: 1, head: `pending/${sheet.sheet}`, base: "main", headSha: expected },
    ]);
  });

  it("takes three calls, whatever the size, of which two count for GitHub: main has not moved", async () => {
    await file(sheet);
    campaign.github.setFresh(0);
    const before = campaign.github.calls.length;
    const many = Array.from({ length: 300 }, (_, i) => invent(i + 10).row);
    await file(sheetOf(2, many));
    expect(works(before)).toEqual([MAIN_MOVED, "git push", OPEN]);
  });

  it("takes two more in a process that has just started, for its token, and fetches main", async () => {
    campaign.github.setFresh(0);
    const before = campaign.github.calls.length;
    await file(sheet);
    expect(works(before)).toHaveLength(4);
    expect(works(before)).toEqual(expect.arrayContaining(["git push", OPEN]));
  });

  it("again is a success and changes nothing", async () => {
    await file(sheet);
    const refs = campaign.github.repository.git("show-ref");
    await file(sheet);
    expect(campaign.github.repository.git("show-ref")).toBe(refs);
    expect(campaign.github.state.pulls).toHaveLength(1);
  });

  it("waits while GitHub does not know the branch yet that it has just been sent", async () => {
    campaign.github.setFresh(4);
    await file(sheet);
    const opened = campaign.github.calls.filter(({ operation }) => operation === OPEN);
    expect(opened.map(({ status }) => status)).toEqual([404, 422, 404, 422, 201]);
    expect(campaign.github.state.pulls).toHaveLength(1);
    expect(campaign.github.limits.early).toEqual([]);
  });

  it("goes on from a branch without a pull request", async () => {
    campaign.github.setFault(({ operation }) => (operation === OPEN ? { status: 422 } : undefined));
    await expect(file(sheet)).rejects.toThrow("GitHub says 422");
    campaign.github.setFault();
    await file(sheet, campaign.reopen());
    expect(campaign.github.state.pulls).toHaveLength(1);
  });

  it("finds a push whose answer was lost, and opens no second pull request for one that was closed since", async () => {
    let lost = 0;
    campaign.github.setFault(({ sends, operation }) =>
      (sends || operation === OPEN) && ++lost <= 2 ? { cut: "after" } : undefined,
    );
    await file(sheet);
    campaign.github.setFault();
    expect(lost).toBeGreaterThanOrEqual(2);
    await mustAsk(campaign.github, campaign.organiser.token, "PATCH", "pulls/1", { state: "closed" });
    await file(sheet, campaign.reopen());
    expect(campaign.github.state.pulls).toHaveLength(1);
  });

  it("is refused on an older commit of main when workflows have changed since, as the App may not write them", async () => {
    const filing = await campaign.local.filing(sheet);
    const { repository, state } = campaign.github;
    const fixed = repository.commit("main", "a workflow is fixed", {
      ".github/workflows/accept.yml": "name: accept\n",
    });
    const refused = await campaign.host.file(filing).catch((cause) => cause);
    expect(refused).toMatchObject({ code: "push-refused", away: false });
    expect(refused.message).toBe("a branch could not be moved (no permission to change workflow files)");
    expect([repository.branches(), state.pulls]).toEqual([["main"], []]);
    await campaign.host.file({ ...filing, base: fixed });
    expect(state.pulls).toHaveLength(1);
  });

  it.each([{ status: 500 }, { status: 403 }, { cut: "before" }] as const)(
    "is not refused by a push that got %j: the sheet keeps its base",
    async (fault) => {
      campaign.github.setFault(({ operation }) => (operation === "git push" ? fault : undefined));
      await expect(file(sheet)).rejects.toMatchObject({ code: "git" });
    },
  );

  it("brings no history back that was erased since", async () => {
    const filing = await campaign.local.filing(sheet);
    await campaign.host.readMain();
    const { repository } = campaign.github;
    const erased = repository.git("rev-parse", "main");
    repository.git("update-ref", "-d", "refs/heads/main");
    repository.commit("main", "begin again\n", { "README.md": "hello\n" });
    expect(filing.base).toBe(erased);
    await expect(campaign.host.file(filing)).rejects.toThrow("main lacks the commit");
    expect(repository.branches()).toEqual(["main"]);
  });

  it("of another content under the same id is refused, and what stands there stays", async () => {
    await file(sheet);
    const refs = campaign.github.repository.git("show-ref");
    await expect(file({ ...sheet, rows: sheet.rows.slice(1) })).rejects.toThrow("another content was filed");
    expect(campaign.github.repository.git("show-ref")).toBe(refs);
  });

  it("late, after the sheet was merged and its branch removed, makes nothing new", async () => {
    const { github, local, acceptApp } = campaign;
    const filing = await local.filing(sheet);
    await campaign.host.file(filing);
    await local.pass(sheet);
    const token = github.tokenOf(acceptApp);
    await github.push(token, ["refs/heads/main:refs/heads/main", `:${branch}`], local.repository.path);
    await campaign.host.file(filing);
    await campaign.reopen().file(filing);
    expect(github.repository.branches()).toEqual(["main"]);
    expect(github.state.pulls).toMatchObject([{ state: "closed", merged: {} }]);
  });

  // Many tries, each with git at work.
  it("with a third of all calls failing ends in one pull request with the same commit", async () => {
    campaign.github.setFault(someFaults(0.3, 1));
    const sheets = Array.from({ length: 3 }, (_, i) => sheetOf(i + 1, [invent(10 * i).row, invent(10 * i + 1).row]));
    for (const filed of sheets) {
      const expected = await campaign.local.file(filed);
      const host = campaign.reopen();
      await insist(() => file(filed, host));
      expect(campaign.github.repository.git("rev-parse", `refs/heads/pending/${filed.sheet}`)).toBe(expected);
    }
    expect(campaign.github.state.pulls.map(({ head }) => head)).toEqual(sheets.map((one) => `pending/${one.sheet}`));
    expect(campaign.github.limits.early).toEqual([]);
  });
});

describe("reading main on GitHub", () => {
  it("asks only whether it has moved, which costs nothing while it has not", async () => {
    const { github, host, local } = campaign;
    const main = await host.readMain();
    expect(main.commit).toBe(await local.host.head());
    expect(main.record).toEqual((await local.host.readMain()).record);
    await host.head();
    const used = () => github.limits.headers("file")["x-ratelimit-used"];
    const [before, fetches] = [used(), github.calls.filter(({ operation }) => operation === "git fetch").length];
    for (let i = 0; i < 3; i++) expect(await host.head()).toBe(main.commit);
    expect(await host.readMain()).toBe(main);
    expect(used()).toBe(before);
    expect(github.calls.filter(({ operation }) => operation === "git fetch")).toHaveLength(fetches);
  });

  it("follows it after accept has moved it", async () => {
    const { github, host, local, acceptApp } = campaign;
    await host.readMain();
    await local.pass(sheet);
    await github.push(github.tokenOf(acceptApp), ["+refs/heads/main:refs/heads/main"], local.repository.path);
    const main = await host.readMain();
    expect(main.commit).toBe(await local.host.head());
    expect(main.record.rows).toHaveLength(2);
    expect(main.settled.sheets).toContain(sheet.sheet);
  });

  it("says in one line what is wrong, without address or token", async () => {
    campaign.github.setFault(({ operation }) => (operation === "git fetch" ? { status: 500 } : undefined));
    await expect(campaign.host.readMain()).rejects.toThrow(/^main could not be fetched \(500\): try again later$/);
    await expect(campaign.host.pendingSheets()).rejects.toThrow(/^the pending sheets could not be fetched \(500\)/);
    await expect(campaign.host.readMain()).rejects.toMatchObject({ code: "git", away: true });
    campaign.github.setFault(({ operation }) => (operation === "git fetch" ? { status: 403 } : undefined));
    await expect(campaign.host.readMain()).rejects.toThrow(/^main could not be fetched \(403\)$/);
    await expect(campaign.host.readMain()).rejects.toMatchObject({ code: "git", away: false });
    campaign.github.setFault(() => ({ cut: "before" }));
    const failed = await campaign
      .reopen()
      .head()
      .catch((cause: Error) => cause.message);
    expect(failed).toMatch(/^asking for the commit of main: GitHub says 500 \([^)]*\)$/);
    expect(failed).not.toMatch(/ghs_|127\.0\.0\.1/);
  });
});

/** Tries as a queue does that comes back every minute. */
async function insist(act: () => Promise<void>): Promise<void> {
  for (let tries = 0; tries < 50; tries++) {
    try {
      return await act();
    } catch {
      await new Promise((wake) => setTimeout(wake, 60_000));
    }
  }
  await act();
}
