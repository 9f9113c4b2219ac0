import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openGitHub } from "../../scripts/outside/github/api.ts";
import { QUERIES } from "../../scripts/outside/github/pull-query.ts";
import { type FixedClock, fixedClock } from "../support/fixtures.ts";
import type { Account } from "../support/github/account.ts";
import { askAs, mustAsk } from "../support/github/ask.ts";
import { operations } from "../support/github/description.ts";
import { type GitHub, type GitHubOptions, startGitHub } from "../support/github/github.ts";
import { routes } from "../support/github/routes/route.ts";

let github: GitHub;
let clock: FixedClock;
let organiser: Account;
const restart = async (limits?: NonNullable<GitHubOptions["limits"]>) => {
  clock = fixedClock();
  github = await startGitHub({ clock: () => clock.now().getTime(), ...(limits ? { limits } : {}) });
  github.repository.commit("main", "begin\n", { "README.md": "hello\n" });
  organiser = github.addAccount("organiser", "admin");
};
beforeEach(() => restart());
afterEach(() => github.close());

const ask = (method: string, path: string, body?: object) => askAs(github, organiser.token, method, path, body);

describe("the stand-in for GitHub", () => {
  it("answers every operation that is described, and no other", () => {
    expect(Object.keys(routes).sort()).toEqual([...operations].sort());
  });

  it("tells loudly of a request that is not as GitHub describes it, with the path and the rule", async () => {
    await ask("POST", "git/refs", { ref: 5, sha: "0" });
    await ask("POST", "git/refs", { ref: "refs/heads/a", sha: "0", forced: true });
    await ask("GET", "pulls?stat=open");
    await ask("GET", "pulls?state=any");
    await ask("GET", "pulls/one");
    await ask("GET", "traffic/views");
    await ask("GET", "commits?since=2026-01-01T00:00:00Z");
    const problems = github.problems.splice(0);
    expect(problems.pop()).toContain("GET /repos/{owner}/{repo}/commits: the stand-in does not model the query since");
    expect(problems).toEqual([
      "request POST /repos/{owner}/{repo}/git/refs: body/ref: must be string (#/properties/ref/type)",
      "request POST /repos/{owner}/{repo}/git/refs: body/forced: not described",
      "request GET /repos/{owner}/{repo}/pulls: query stat: not described",
      "request GET /repos/{owner}/{repo}/pulls: query state: must be equal to one of the allowed values (#/enum)",
      "request GET /repos/{owner}/{repo}/pulls/{pull_number}: path pull_number: must be integer (#/type)",
      `GET /repos/${github.name}/traffic/views: the stand-in does not answer this`,
    ]);
  });

  it("answers an unchanged thing with 304, which costs nothing", async () => {
    const first = await ask("GET", "git/ref/heads/main");
    const etag = first.headers.get("etag")!;
    const again = () =>
      fetch(`${github.origin}/repos/${github.name}/git/ref/heads/main`, {
        headers: { authorization: `Bearer ${organiser.token}`, "if-none-match": etag },
      });
    expect((await again()).status).toBe(304);
    expect((await ask("GET", "")).headers.get("x-ratelimit-remaining")).toBe("4998");
    github.repository.commit("main", "go on\n", { "a.md": "a\n" });
    expect((await again()).status).toBe(200);
  });

  it("gives lists page by page, with the way to the others", async () => {
    const main = github.repository.git("rev-parse", "main");
    for (let i = 0; i < 7; i++) github.repository.git("update-ref", `refs/heads/b${i}`, main);
    const second = await ask("GET", "branches?per_page=3&page=2");
    expect((second.body as { name: string }[]).map(({ name }) => name)).toEqual(["b3", "b4", "b5"]);
    const rels = [...(second.headers.get("link") ?? "").matchAll(/[?&]page=(\d)>; rel="(\w+)"/g)];
    expect(rels.map(([, page, rel]) => `${rel} ${page}`)).toEqual(["prev 1", "next 3", "last 3", "first 1"]);
  });

  it("creates only so many things a minute and an hour, and says when to come again", async () => {
    await github.close();
    await restart({ hour: 5000, createsMinute: 4, createsHour: 10 });
    const create = async (times: number) => {
      for (let i = 0; i < times; i++) expect((await ask("POST", "git/blobs", { content: "a" })).status).toBe(201);
      return ask("POST", "git/blobs", { content: "a" });
    };
    const refused = await create(4);
    expect(refused.status).toBe(403);
    expect(refused.headers.get("retry-after")).toBe("60");
    expect(github.limits.early).toEqual([]);
    await ask("GET", "");
    expect(github.limits.early).toEqual(["organiser"]);
    clock.advance(60_000);
    await create(4);
    clock.advance(60_000);
    expect(Number((await create(2)).headers.get("retry-after"))).toBeGreaterThan(3000);
  });

  it("keeps the rest of its hour when 5,000 calls are used up", async () => {
    await github.close();
    await restart({ hour: 3, createsMinute: 80, createsHour: 500 });
    for (let i = 0; i < 3; i++) expect((await ask("GET", "")).status).toBe(200);
    const refused = await ask("GET", "");
    expect([refused.status, refused.headers.get("x-ratelimit-remaining")]).toEqual([403, "0"]);
    clock.advance(3_600_000);
    expect((await ask("GET", "")).status).toBe(200);
  });

  it("gives a workflow's own token 1,000 calls an hour, and counts queries apart", async () => {
    const token = github.workflowToken({ pull_requests: "read" });
    expect((await askAs(github, token, "GET", "")).headers.get("x-ratelimit-remaining")).toBe("999");
    const query = async (text: string, as = token) => {
      const answer = await fetch(`${github.origin}/graphql`, {
        ...{ method: "POST", headers: { authorization: `Bearer ${as}` } },
        body: JSON.stringify({ query: text, variables: { ids: [] } }),
      });
      return { left: answer.headers.get("x-ratelimit-remaining"), body: (await answer.json()) as unknown };
    };
    expect(await query(QUERIES.pulls)).toEqual({ left: "999", body: { data: { nodes: [] } } });
    const blind = github.workflowToken({ contents: "read" });
    expect((await query(QUERIES.pulls, blind)).body).toMatchObject({ errors: [{ type: "FORBIDDEN" }] });
    while (github.limits.spend("github-actions", 1));
    expect((await query(QUERIES.pulls)).body).toMatchObject({ errors: [{ type: "RATE_LIMITED" }] });
    await query("{ viewer { secret } }");
    expect(github.problems.splice(0)).toEqual([expect.stringContaining("a query that GitHub does not know")]);
  });

  it("does not know a branch at once that git has created: 404 and 422 to our programs, never to people", async () => {
    const { repository } = github;
    const app = github.addApp("file", { contents: "write", pull_requests: "write" });
    const token = github.tokenOf(app);
    const from = repository.git("rev-parse", "main");
    const fresh = async (branch: string) => {
      repository.git("update-ref", "refs/keep", repository.commit("kept", branch, { [`${branch}.md`]: "a" }));
      await github.push(token, [`refs/keep:refs/heads/${branch}`]);
      repository.git("update-ref", "refs/heads/kept", from);
    };
    const asProgram = async (path: string, body?: object) => {
      const headers = { authorization: `Bearer ${token}`, "user-agent": "undersigned octokit-core.js" };
      const init = body ? { method: "POST", body: JSON.stringify(body), headers } : { headers };
      return (await fetch(`${github.origin}/repos/${github.name}/${path}`, init)).status;
    };
    const open = (branch: string) => asProgram("pulls", { head: branch, base: "main", title: "a", body: "" });
    github.setFresh(3);
    await fresh("a");
    expect([await open("a"), await open("a"), await open("a"), await open("a")]).toEqual([404, 422, 404, 201]);
    github.setFresh(1);
    await fresh("b");
    expect([await asProgram("git/ref/heads/b"), await asProgram("git/ref/heads/b")]).toEqual([404, 200]);
    await fresh("c");
    await mustAsk(github, token, "POST", "pulls", { head: "c", base: "main", title: "a", body: "" });
    github.setFresh(0);
    await fresh("d");
    expect(await open("d")).toBe(201);
  });

  it("shows programs main's former commit for some requests after a push, when it is told to, and never people", async () => {
    const { repository } = github;
    const token = github.tokenOf(github.addApp("accept", { contents: "write" }));
    const person = github.addAccount("organiser", "admin").token;
    const former = repository.git("rev-parse", "main");
    repository.git("update-ref", "refs/heads/next", former);
    const next = repository.commit("next", "next", { "a.md": "a" });
    const seen = async (by: string) => {
      const { object } = (await mustAsk(github, by, "GET", "git/ref/heads/main")) as { object: { sha: string } };
      const { commit } = (await mustAsk(github, by, "GET", "branches/main")) as { commit: { sha: string } };
      return [object.sha, commit.sha];
    };
    github.setStale(2);
    await github.push(token, ["refs/heads/next:refs/heads/main"]);
    expect(await seen(person)).toEqual([next, next]);
    expect(await seen(token)).toEqual([former, former]);
    expect(await seen(token)).toEqual([next, next]);
  });

  it("moves the head of a pull request late when it is told to", async () => {
    const { repository, state } = github;
    const main = repository.git("rev-parse", "main");
    repository.git("update-ref", "refs/heads/a", main);
    const [first, second] = ["1", "2"].map((text) => repository.commit("a", text, { "a.md": text }));
    repository.git("update-ref", "refs/heads/a", first!);
    await mustAsk(github, organiser.token, "POST", "pulls", { head: "a", base: "main", title: "a", body: "" });
    github.setLate(true);
    await mustAsk(github, organiser.token, "PATCH", "git/refs/heads/a", { sha: second! });
    expect([repository.git("rev-parse", "a"), state.pulls[0]!.headSha]).toEqual([second, first]);
    github.setLate(false);
    expect(state.pulls[0]!.headSha).toBe(second);
  });

  it("keeps settings as they were set", async () => {
    const must = (method: string, path: string, body?: object) => mustAsk(github, organiser.token, method, path, body);
    await must("PUT", "actions/permissions", { enabled: true, allowed_actions: "selected" });
    await must("PUT", "actions/permissions/selected-actions", { github_owned_allowed: true, patterns_allowed: [] });
    await must("PUT", "actions/permissions/workflow", { default_workflow_permissions: "read" });
    await must("PUT", "environments/accept", {
      deployment_branch_policy: { protected_branches: false, custom_branch_policies: true },
    });
    await must("POST", "environments/accept/deployment-branch-policies", { name: "main" });
    await must("POST", "pages", { build_type: "workflow" });
    await must("PATCH", "", { has_wiki: false, allow_squash_merge: false });
    expect(await must("GET", "actions/permissions")).toMatchObject({ allowed_actions: "selected" });
    expect(await must("GET", "environments/accept/deployment-branch-policies")).toMatchObject({
      total_count: 1,
      branch_policies: [{ name: "main" }],
    });
    expect(await must("GET", "environments")).toMatchObject({ environments: [{ name: "accept" }] });
    expect(await must("GET", "pages")).toMatchObject({ build_type: "workflow" });
    expect(await must("GET", "")).toMatchObject({ has_wiki: false, allow_squash_merge: false });
  });

  it("signs a commit that an App makes in its own name, and no other", async () => {
    const app = github.addApp("file", { contents: "write" });
    const tree = github.repository.git("rev-parse", "main^{tree}");
    const create = async (fields: object) => {
      const body = { message: "a\n", tree, parents: [], ...fields };
      const made = (await mustAsk(github, github.tokenOf(app), "POST", "git/commits", body)) as { sha: string };
      return github.repository.git("cat-file", "commit", made.sha);
    };
    const person = { name: "A", email: "a@example.org", date: "2026-11-22T01:00:00+01:00" };
    expect(await create({})).toContain("gpgsig");
    expect(await create({ author: person })).toBe(
      `tree ${tree}\nauthor A <a@example.org> 1795305600 +0100\ncommitter A <a@example.org> 1795305600 +0100\n\na`,
    );
  });
});

describe("asking GitHub", () => {
  it("makes no call while GitHub has asked to be left alone, and goes on afterwards", async () => {
    const app = github.addApp("file", { contents: "write" });
    const as = { appId: app.id, privateKey: app.privateKey };
    const api = openGitHub({ repository: github.name, as, apiUrl: github.origin, clock: { now: () => clock.now() } });
    clock.set(new Date().toISOString());
    const octokit = await api.octokit();
    const look = () => octokit.request("GET /repos/{owner}/{repo}", { owner: api.owner, repo: api.repo });
    await look();
    const in600 = () => String(clock.now().getTime() / 1000 + 600);
    for (const faultOf of [
      () => ({ status: 429, message: "later", headers: { "retry-after": "120" } }),
      () => ({ status: 403, message: "You have exceeded a secondary rate limit.", headers: { "retry-after": "120" } }),
      () => ({ status: 403, message: "You have exceeded a secondary rate limit." }),
      () => ({ status: 403, headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": in600() } }),
    ]) {
      const fault = faultOf();
      github.setFault(() => fault);
      await expect(look()).rejects.toMatchObject({ status: fault.status });
      github.setFault();
      const before = github.calls.length;
      clock.advance(50_000);
      await expect(look()).rejects.toMatchObject({ status: 429 });
      expect(github.calls.length).toBe(before);
      clock.advance(600_000);
      await look();
    }
    expect(github.limits.early).toEqual([]);
  });

  it("finds its installation by its key, and asks for a new token when the old one has ended", async () => {
    const app = github.addApp("file", { contents: "write", pull_requests: "write" });
    clock.set(new Date().toISOString());
    const as = { appId: app.id, privateKey: app.privateKey };
    const api = openGitHub({ repository: github.name, as, apiUrl: github.origin, clock });
    const octokit = await api.octokit();
    const { data } = await octokit.request("GET /repos/{owner}/{repo}", { owner: api.owner, repo: api.repo });
    expect(data.full_name).toBe(github.name);
    expect(await api.token()).toBe(await api.token());
    expect(github.calls.filter(({ operation }) => operation.endsWith("access_tokens"))).toHaveLength(1);
  });
});
