import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { App } from "../support/github/account.ts";
import { askAs } from "../support/github/ask.ts";
import { type GitHubCampaign, makeGitHubCampaign } from "../support/github/campaign.ts";

let campaign: GitHubCampaign;
let main: string;
beforeEach(async () => {
  campaign = await makeGitHubCampaign();
  main = campaign.github.repository.git("rev-parse", "main");
});
afterEach(() => campaign.close());

/** A commit on top of main, held by no branch. */
const newCommit = (files: Record<string, string>, ...parents: string[]) => {
  const { repository } = campaign.github;
  repository.git("update-ref", "refs/heads/scratch", main);
  const commit = repository.commit("scratch", "change\n", files);
  repository.git("update-ref", "-d", "refs/heads/scratch");
  if (parents.length === 0) return commit;
  const tree = repository.git("rev-parse", `${commit}^{tree}`);
  return repository.git("commit-tree", tree, ...[main, ...parents].flatMap((id) => ["-p", id]), "-m", "merge");
};
const move = async (token: string, sha: string, force = false) =>
  askAs(campaign.github, token, "PATCH", "git/refs/heads/main", { sha, force });
const push = (app: App, ...refspecs: string[]) => campaign.github.push(campaign.github.tokenOf(app), refspecs);

describe("the rules of main", () => {
  it("are passed by the accept App alone, through the API as with git", async () => {
    const { github, organiser, fileApp, acceptApp } = campaign;
    const commit = newCommit({ "a.md": "a\n" });
    const refused = await move(organiser.token, commit);
    expect(refused.status).toBe(422);
    expect(refused.body).toMatchObject({
      message: expect.stringContaining("Changes must be made through a pull request"),
    });
    expect((await move(github.tokenOf(fileApp), commit)).status).toBe(422);
    await expect(push(fileApp, `${commit}:refs/heads/main`)).rejects.toThrow("GH013: Repository rule violations found");
    await expect(github.push(organiser.token, [`${commit}:refs/heads/main`])).rejects.toThrow("GH013");
    expect(github.repository.git("rev-parse", "main")).toBe(main);
    await push(acceptApp, `${commit}:refs/heads/main`);
    expect(github.repository.git("rev-parse", "main")).toBe(commit);
    expect((await move(github.tokenOf(acceptApp), newCommit({ "b.md": "b\n" }, commit))).status).toBe(200);
  });

  it("hold for objects that only the push brings", async () => {
    const { local, github, fileApp, acceptApp } = campaign;
    const commit = local.repository.commit("main", "elsewhere\n", { "c.md": "c\n" });
    const bring = (app: App) =>
      github.push(github.tokenOf(app), ["refs/heads/main:refs/heads/main"], local.repository.path);
    await expect(bring(fileApp)).rejects.toThrow("GH013");
    expect(() => github.repository.git("cat-file", "-e", commit)).toThrow();
    await bring(acceptApp);
    expect(github.repository.git("rev-parse", "main")).toBe(commit);
  });

  it("let nobody merge by hand, whatever was approved, until the required check has passed", async () => {
    const { github, organiser, fileApp } = campaign;
    const commit = newCommit({ "a.md": "a\n" });
    github.repository.git("update-ref", "refs/heads/pending/x", commit);
    const file = github.tokenOf(fileApp);
    await askAs(github, file, "POST", "pulls", { head: "pending/x", base: "main", title: "x" });
    await askAs(github, organiser.token, "POST", "pulls/1/reviews", { event: "APPROVE" });
    for (const token of [organiser.token, file]) {
      const merged = await askAs(github, token, "PUT", "pulls/1/merge", { sha: commit });
      expect(merged.status).toBe(405);
      expect(merged.body).toMatchObject({
        message: expect.stringContaining('Required status check "code" is expected'),
      });
    }
    const checks = github.workflowToken({ checks: "write" });
    await askAs(github, checks, "POST", "check-runs", { name: "code", head_sha: commit, conclusion: "success" });
    expect((await askAs(github, organiser.token, "PUT", "pulls/1/merge", { sha: commit })).status).toBe(200);
  });

  it("mark a pull request merged when a push makes its commit reachable", async () => {
    const { github, fileApp, acceptApp } = campaign;
    const reviewed = newCommit({ "a.md": "a\n" });
    github.repository.git("update-ref", "refs/heads/pending/x", reviewed);
    await askAs(github, github.tokenOf(fileApp), "POST", "pulls", { head: "pending/x", base: "main", title: "x" });
    await push(acceptApp, `${newCommit({ "a.md": "a\n" }, reviewed)}:refs/heads/main`);
    const { body } = await askAs(github, github.tokenOf(fileApp), "GET", "pulls/1");
    expect(body).toMatchObject({ state: "closed", merged: true, merged_by: { login: "accept[bot]" } });
  });

  it("an App without the permission for workflows moves no branch that changes one", async () => {
    const { github, fileApp, acceptApp } = campaign;
    const commit = newCommit({ ".github/workflows/accept.yml": "on: push\n" });
    await expect(push(acceptApp, `${commit}:refs/heads/main`)).rejects.toThrow("without `workflows` permission");
    await expect(push(fileApp, `${commit}:refs/heads/pending/y`)).rejects.toThrow("without `workflows` permission");
    const made = await askAs(github, github.tokenOf(fileApp), "POST", "git/refs", {
      ref: "refs/heads/pending/y",
      sha: commit,
    });
    expect(made.status).toBe(403);
  });

  it("nobody writes what GitHub keeps for itself", async () => {
    await expect(push(campaign.acceptApp, `${main}:refs/pull/1/head`)).rejects.toThrow("hidden ref");
  });

  it("can be read by everybody, but who may pass them only by who may change them", async () => {
    const { github, organiser, moderators } = campaign;
    const path = `rulesets/${github.state.rulesets[0]!.id}`;
    const seen = await askAs(github, moderators[0].token, "GET", path);
    expect(seen.body).toMatchObject({ name: "main", rules: expect.arrayContaining([{ type: "deletion" }]) });
    expect(seen.body).not.toHaveProperty("bypass_actors");
    const whole = await askAs(github, organiser.token, "GET", path);
    expect(whole.body).toMatchObject({ bypass_actors: [{ actor_id: campaign.acceptApp.id }] });
    const relaxed = { name: "main", enforcement: "disabled" };
    expect((await askAs(github, moderators[0].token, "PUT", path, relaxed)).status).toBe(403);
    expect((await askAs(github, organiser.token, "PUT", path, relaxed)).status).toBe(200);
    expect((await move(organiser.token, newCommit({ "a.md": "a\n" }))).status).toBe(200);
  });
});
