import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { writeCommit } from "../../scripts/outside/git/commit.ts";
import { invent, sheetOf } from "../letter/invented.ts";
import { makeWorkflowCampaign, type WorkflowCampaign } from "../support/campaigns/workflow-campaign.ts";
import { askAs, mustAsk } from "../support/github/ask.ts";
import { openPull } from "../support/github/routes/pull-routes.ts";

// What the holder of one stolen credential tries and a rule of GitHub's refuses. The stand-in models these rules from
// the pages of docs.github.com that the names give; that GitHub keeps them is seen in the rehearsal.
vi.setConfig({ hookTimeout: 240_000, testTimeout: 60_000 });

const ROLES = "“Repository roles for an organization”";
const APPS = "“Permissions required for GitHub Apps”";
const RULES = "“Available rules for rulesets”";

let campaign: WorkflowCampaign;
let values: Record<string, string>;
beforeAll(async () => {
  campaign = await makeWorkflowCampaign();
  const { github, moderators, organiser } = campaign;
  const sheet = sheetOf(1, [invent(1).row, invent(2).row]);
  const pull = await campaign.fileSheet(sheet);
  const main = github.repository.git("rev-parse", "main");
  const write = (path: string) =>
    writeCommit(github.repository.path, {
      ...{ parents: [main], files: new Map([[path, "evil\n"]]), message: "evil\n" },
      ...({ committer: "organisers", day: "2026-11-24" } as const),
    });
  await campaign.review(moderators[0], pull, "REQUEST_CHANGES", "Please wait.");
  await mustAsk(github, moderators[0].token, "POST", `issues/${pull}/comments`, { body: "refuse" });
  // A pull request that somebody else has opened, so that its author is not in the way.
  const author = { id: organiser.id, login: organiser.login, type: "User" } as const;
  const workflow = await write(".github/workflows/accept.yml");
  openPull(github.state, author, {
    head: `pending/${sheet.sheet}`,
    headSha: campaign.proposal(pull).HEAD_SHA!,
    base: "main",
    title: "x",
  });
  values = {
    PULL: String(pull),
    HEAD: campaign.proposal(pull).HEAD_SHA!,
    BRANCH: `pending/${sheet.sheet}`,
    EVIL: await write("content/en/letter.md"),
    WORKFLOW: workflow,
    REVIEW: String(github.state.pulls[0]!.reviews[0]!.id),
    COMMENT: String(github.state.comments[0]!.id),
    RULESET: String(github.state.rulesets[0]!.id),
  };
});
afterAll(() => campaign.close());

type Act = readonly [what: string, source: string, method: string, path: string, body?: object];
const fill = (text: string) => text.replace(/\b[A-Z]{4,}\b/g, (name) => values[name] ?? name);

/** All that a credential could change. */
function world(): string {
  const { state, repository } = campaign.github;
  const { pulls, comments, rulesets, checks, statuses, dispatches, environments, secrets, accounts } = state;
  const roles = accounts.map(({ id, role }) => [id, role]);
  const kept = { pulls, comments, rulesets, checks, statuses, dispatches, environments, secrets, roles };
  return repository.git("show-ref") + JSON.stringify(kept);
}

async function fails(token: string, [, , method, path, body]: Act): Promise<void> {
  const before = world();
  const filled = body === undefined ? undefined : (JSON.parse(fill(JSON.stringify(body))) as object);
  const { status } = await askAs(campaign.github, token, method, fill(path), filled);
  // 400 would be a mistake of this test's; what GitHub forbids is 401, 403, 404, 405, 409 or 422.
  expect(status).toBeGreaterThan(400);
  expect(world()).toBe(before);
}

async function cannotPush(token: string, refspec: string): Promise<void> {
  const before = world();
  await expect(campaign.github.push(token, [fill(refspec)])).rejects.toThrow();
  expect(world()).toBe(before);
}

const settings = (source: string): Act[] => [
  ["take the rules off main", source, "DELETE", "rulesets/RULESET"],
  ["make rules of its own", source, "POST", "rulesets", { name: "x", target: "branch", enforcement: "disabled" }],
  ["make somebody an admin", source, "PUT", "collaborators/stranger", { permission: "admin" }],
  ["open the environment accept to other branches", source, "PUT", "environments/accept", {}],
  ["start accept", source, "POST", "actions/workflows/accept.yml/dispatches", { ref: "main" }],
  ["list the secrets", source, "GET", "actions/secrets"],
];
const intoMain = (source: string): Act[] => [
  ["move main", source, "PATCH", "git/refs/heads/main", { sha: "EVIL" }],
  ["set main anew by force", source, "PATCH", "git/refs/heads/main", { sha: "EVIL", force: true }],
  ["take main away", source, "DELETE", "git/refs/heads/main"],
  ["write a file on main", source, "PUT", "contents/x.md", { message: "x", content: "eA==", branch: "main" }],
  ["merge the sheet into main", source, "POST", "merges", { base: "main", head: "BRANCH" }],
  ["press the button that merges", source, "PUT", "pulls/PULL/merge", {}],
];
const checks = (source: string): Act[] => [
  [
    "report the check code",
    source,
    "POST",
    "check-runs",
    { name: "code", head_sha: "HEAD", status: "completed", conclusion: "success" },
  ],
  ["report the status code", source, "POST", "statuses/HEAD", { state: "success", context: "code" }],
];

describe("GitHub refuses the file App's key", () => {
  const acts: Act[] = [
    ...intoMain(RULES),
    ...checks(APPS),
    ...settings(APPS),
    [
      "approve what it has filed",
      "“Approving a pull request with required reviews”",
      "POST",
      "pulls/PULL/reviews",
      { event: "APPROVE" },
    ],
    [
      "rewrite a moderator's review",
      "modelled: the author alone",
      "PUT",
      "pulls/PULL/reviews/REVIEW",
      { body: "fine" },
    ],
  ];
  it.each(acts)("to %s (%s)", async (...act) =>
    fails(campaign.github.tokenOf(campaign.fileApp), act as unknown as Act),
  );
  it(`to push to main with git (${RULES})`, () =>
    cannotPush(campaign.github.tokenOf(campaign.fileApp), "EVIL:refs/heads/main"));
  it("to push a workflow to any branch (the permission `workflows`)", () =>
    cannotPush(campaign.github.tokenOf(campaign.fileApp), "WORKFLOW:refs/heads/x"));
  it("to move what stands behind a pull request (hidden refs)", () =>
    cannotPush(campaign.github.tokenOf(campaign.fileApp), "+EVIL:refs/pull/1/head"));
});

describe("GitHub refuses a moderator's account", () => {
  const acts: Act[] = [
    ...intoMain(ROLES),
    ...checks(ROLES),
    ...settings(ROLES),
    ["make a branch", ROLES, "POST", "git/refs", { ref: "refs/heads/x", sha: "EVIL" }],
    ["change the sheet", ROLES, "PATCH", "git/refs/heads/BRANCH", { sha: "EVIL", force: true }],
    ["point the pull request elsewhere", ROLES, "PATCH", "pulls/PULL", { base: "other" }],
    ["dismiss another's review", ROLES, "PUT", "pulls/PULL/reviews/REVIEW/dismissals", { message: "no" }],
    ["rewrite another's review", "modelled: the author alone", "PUT", "pulls/PULL/reviews/REVIEW", { body: "fine" }],
    ["edit another's comment", ROLES, "PATCH", "issues/comments/COMMENT", { body: "keep" }],
    ["delete another's comment", ROLES, "DELETE", "issues/comments/COMMENT"],
  ];
  it.each(acts)("to %s (%s)", async (...act) => fails(campaign.moderators[1].token, act as unknown as Act));
  it(`to push to main with git (${ROLES})`, () => cannotPush(campaign.moderators[1].token, "EVIL:refs/heads/main"));
});

describe("GitHub refuses the accept App's key", () => {
  const acts: Act[] = [
    ...checks(APPS),
    ...settings(APPS),
    ["approve a sheet", APPS, "POST", "pulls/PULL/reviews", { event: "APPROVE" }],
    ["open a pull request", APPS, "POST", "pulls", { head: "BRANCH", base: "main", title: "x" }],
    ["write a comment", APPS, "POST", "issues/PULL/comments", { body: "refuse" }],
    ["dismiss a review", APPS, "PUT", "pulls/PULL/reviews/REVIEW/dismissals", { message: "no" }],
  ];
  it.each(acts)("to %s (%s)", async (...act) =>
    fails(campaign.github.tokenOf(campaign.acceptApp), act as unknown as Act),
  );
  it("to change a workflow on main, though the rules let it pass (the permission `workflows`)", () =>
    cannotPush(campaign.github.tokenOf(campaign.acceptApp), "WORKFLOW:refs/heads/main"));
});

describe("GitHub refuses whoever holds the ledger key alone", () => {
  const acts: Act[] = [
    ["read main", "a private repository", "GET", "contents/README.md"],
    ...intoMain("no account and no App"),
    ...checks("no account and no App"),
  ];
  it.each(acts)("to %s (%s)", async (...act) => fails("", act as unknown as Act));
  it("to push with git (no account and no App)", () => cannotPush("", "EVIL:refs/heads/main"));
});
