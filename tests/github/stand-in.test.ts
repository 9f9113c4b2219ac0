import { describe, expect, it } from "vitest";
import { systemClock } from "../../scripts/outside/clock.ts";
import { openGitHub } from "../../scripts/outside/github.ts";
import { operations } from "../support/github/description.ts";
import { startGitHub } from "../support/github/github.ts";
import { routes } from "../support/github/server.ts";

describe("the stand-in for GitHub", () => {
  it("answers every operation that is described, and no other", () => {
    expect(Object.keys(routes).sort()).toEqual([...operations].sort());
  });

  it("gives an App a token for its key, and the repository for the token", async () => {
    const github = await startGitHub();
    github.repository.commit("main", "begin\n", { "README.md": "hello\n" });
    const app = github.addApp("file", { contents: "write", pull_requests: "write" });
    const api = openGitHub({
      repository: github.name,
      as: { appId: app.id, privateKey: app.privateKey },
      apiUrl: github.origin,
      clock: systemClock,
    });
    const octokit = await api.octokit();
    const { data } = await octokit.request("GET /repos/{owner}/{repo}", { owner: api.owner, repo: api.repo });
    expect(data.full_name).toBe(github.name);
    expect(data.private).toBe(true);
    await github.close();
  });
});
