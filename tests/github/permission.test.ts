import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { askAs } from "../support/github/ask.ts";
import { type GitHubCampaign, makeGitHubCampaign } from "../support/github/campaign.ts";

let campaign: GitHubCampaign;
let main: string;
beforeAll(async () => {
  campaign = await makeGitHubCampaign();
  const { github } = campaign;
  main = github.repository.git("rev-parse", "main");
  github.repository.git("branch", "proposal", main);
  const head = github.repository.commit("proposal", "propose\n", { "a.md": "a\n" });
  await ask("file", "POST", "pulls", { head: "proposal", base: "main", title: "a" });
  expect(github.state.pulls).toMatchObject([{ headSha: head }]);
  github.addAccount("reader", "read");
  github.addAccount("writer", "write");
  github.addAccount("stranger", "none");
});
afterAll(() => campaign.close());

const ask = (who: string, method: string, path: string, body?: object) => {
  const { github } = campaign;
  const app = github.state.apps.find(({ slug }) => slug === who);
  const account = github.state.accounts.find(({ login }) => login === who);
  const token = app ? github.tokenOf(app) : (account?.token ?? github.workflowToken({ contents: "read" }));
  return askAs(github, token, method, path, body);
};
const sheetOn = (ref: string) => ({ ref, sha: main });

describe("who may do what on GitHub", () => {
  it.each([
    // docs.github.com: "Permissions required for GitHub Apps"
    ["accept", "POST", "pulls", () => ({ head: "proposal", base: "main", title: "a" }), 403],
    ["accept", "POST", "issues/1/comments", () => ({ body: "a" }), 403],
    ["file", "POST", "rulesets", () => ({ name: "a", enforcement: "active" }), 403],
    ["file", "PUT", "actions/permissions", () => ({ enabled: false }), 403],
    ["file", "PUT", "environments/accept", () => ({}), 403],
    ["file", "POST", "actions/workflows/accept.yml/dispatches", () => ({ ref: "main" }), 403],
    ["file", "POST", "check-runs", () => ({ name: "code", head_sha: main, conclusion: "success" }), 403],
    ["file", "POST", `statuses/${"0".repeat(40)}`, () => ({ state: "success", context: "code" }), 403],
    ["workflow", "POST", "git/refs", () => sheetOn("refs/heads/workflow"), 403],
    ["workflow", "GET", "git/ref/heads/main", undefined, 200],
    ["file", "POST", "git/refs", () => sheetOn("refs/heads/file"), 201],
    ["accept", "POST", "git/refs", () => sheetOn("refs/heads/accept"), 201],
    // docs.github.com: "Repository roles for an organization"
    ["moderator-one", "POST", "git/refs", () => sheetOn("refs/heads/moderator"), 404],
    ["moderator-one", "PUT", "pulls/1/merge", () => ({}), 404],
    ["moderator-one", "PUT", "collaborators/reader", () => ({ permission: "admin" }), 403],
    ["moderator-one", "GET", "rulesets", undefined, 200],
    ["moderator-one", "PATCH", "pulls/1", () => ({ title: "another" }), 403],
    ["moderator-one", "PATCH", "pulls/1", () => ({ state: "open" }), 200],
    ["moderator-one", "POST", "pulls/1/reviews", () => ({ event: "APPROVE" }), 200],
    ["reader", "PATCH", "pulls/1", () => ({ state: "closed" }), 403],
    ["reader", "POST", "issues/1/comments", () => ({ body: "a" }), 201],
    ["stranger", "GET", "", undefined, 404],
    ["stranger", "POST", "issues/1/comments", () => ({ body: "a" }), 404],
    ["writer", "POST", "check-runs", () => ({ name: "code", head_sha: main, conclusion: "success" }), 403],
    ["writer", "GET", "actions/secrets", undefined, 200],
    ["moderator-one", "GET", "actions/secrets", undefined, 404],
    ["file", "POST", "pulls/1/reviews", () => ({ event: "APPROVE" }), 422],
  ] as const)("%s: %s %s", async (who, method, path, body, status) => {
    expect((await ask(who, method, path, body?.())).status).toBe(status);
  });

  it("a comment may be changed by who may write, and by an App that may write pull requests", async () => {
    const { id } = (await ask("moderator-one", "POST", "issues/1/comments", { body: "refuse" })).body as { id: number };
    expect((await ask("moderator-two", "PATCH", `issues/comments/${id}`, { body: "keep" })).status).toBe(404);
    expect((await ask("file", "PATCH", `issues/comments/${id}`, { body: "keep" })).status).toBe(200);
    expect((await ask("writer", "DELETE", `issues/comments/${id}`)).status).toBe(204);
  });

  it("a token ends after an hour, and one of another App is not given", async () => {
    const token = campaign.github.tokenOf(campaign.fileApp);
    expect((await askAs(campaign.github, token, "GET", "")).status).toBe(200);
    campaign.github.advance(3_600_001);
    expect((await askAs(campaign.github, token, "GET", "")).status).toBe(401);
    const octokit = await campaign.api.octokit();
    const stolen = { installation_id: campaign.acceptApp.installation };
    await expect(
      octokit.request("POST /app/installations/{installation_id}/access_tokens", stolen),
    ).rejects.toMatchObject({
      status: 404,
    });
  });
});
