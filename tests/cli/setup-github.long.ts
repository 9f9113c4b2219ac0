import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ACTIONS } from "../../scripts/outside/github/setup/actions-settings.ts";
import { formatSetting, type Setting } from "../../scripts/outside/github/setup/setting.ts";
import { hurryTime } from "../support/browsers/hurry.ts";
import { askAs } from "../support/github/ask.ts";
import { differing, makeOrganisation, type TestOrganisation } from "../support/github/organisation.ts";

let org: TestOrganisation;
let realTime: () => void;
beforeEach(async () => {
  realTime = hurryTime();
  org = await makeOrganisation();
});
afterEach(async () => {
  realTime();
  await org.github.close();
});

const lineOf = (settings: Setting[], name: string) =>
  formatSetting(settings.find((one) => one.name === name || one.name.startsWith(`${name} `))!);
const CUSTOM = { protected_branches: false, custom_branch_policies: true };
type Rule = { type: string; parameters?: object };

describe("setup:github", { timeout: 120_000 }, () => {
  it("brings a fresh repository to what it should be, and has nothing to do the second time", async () => {
    const before = await org.look();
    expect(differing(before, "wrong").length).toBeGreaterThan(15);
    const said = await org.apply();
    expect(said.filter((line) => line.startsWith("not changed"))).toEqual([]);
    expect(differing(await org.look(), "wrong").map(formatSetting)).toEqual([]);
    const byHand = differing(await org.look(), "by hand").map(({ name }) => name);
    expect(byHand).toEqual([
      "two-factor authentication",
      "secret ACCEPT_APP_KEY in the environment accept",
      "secret LEDGER_KEY in the environment accept",
      "variable SITE_URL",
      "variable SERVICE_URL",
    ]);
    org.doByHand();
    expect(differing(await org.look()).map(formatSetting)).toEqual([]);
    const done = org.writes().length;
    expect(await org.apply()).toEqual([]);
    expect(org.writes().length).toBe(done);
  });

  it("makes rules that hold: nobody merges or rewrites, each App does its own work alone", async () => {
    await org.apply();
    const main = org.github.repository.git("rev-parse", "main");
    const next = org.github.repository.commit("elsewhere", "more\n", { "a.md": "a\n" });
    const sheet = "refs/heads/pending/0123456789abcdefghjkmnpqrs";
    const ref = (token: string, name: string, sha: string) =>
      askAs(org.github, token, "POST", "git/refs", { ref: name, sha });
    const move = (token: string, name: string, sha: string, force = false) =>
      askAs(org.github, token, "PATCH", `git/refs/${name}`, { sha, force });
    const [byFile, byAccept] = [org.github.tokenOf(org.file), org.github.tokenOf(org.accept)];
    const owner = org.organisers[0]!.token;

    for (const token of [owner, byAccept]) expect((await ref(token, sheet, main)).status).toBe(422);
    expect((await ref(byFile, sheet, main)).status).toBe(201);
    for (const token of [owner, byFile, byAccept])
      expect((await move(token, sheet.slice(5), next, true)).status).toBe(422);

    expect((await move(owner, "heads/main", next)).status).toBe(422);
    expect((await move(byFile, "heads/main", next)).status).toBe(422);
    const merge = org.github.repository.git("commit-tree", "-p", main, "-p", next, "-m", "merge", `${next}^{tree}`);
    expect((await move(byAccept, "heads/main", merge)).status).toBe(200);
    for (const token of [owner, byFile, byAccept]) {
      expect((await move(token, "heads/main", main, true)).status).toBe(422);
      expect((await askAs(org.github, token, "DELETE", "git/refs/heads/main")).status).toBe(422);
    }

    const tag = "refs/tags/handover/2027-01-01";
    for (const token of [byFile, byAccept]) expect((await ref(token, tag, main)).status).toBe(422);
    expect((await ref(owner, tag, main)).status).toBe(201);
    expect((await move(owner, tag.slice(5), next, true)).status).toBe(422);
    expect((await askAs(org.github, owner, "DELETE", `git/${tag}`)).status).toBe(422);
  });

  it("finds each setting that somebody has changed, and puts right what it can", async () => {
    await org.apply();
    org.doByHand();
    const byHand = await org.changeEverything();
    const found = differing(await org.look()).map(({ name }) => name);
    const all = (await org.look()).filter(({ state }) => state !== "unseen").map(({ name }) => name);
    // Whatever can differ does; what is left are the things that nothing above has touched.
    expect(all.filter((name) => !found.includes(name))).toEqual([
      "other Apps that may write in every repository",
      "visibility",
      "default branch",
      "Pages on the privacy page",
      "variable SERVICE_URL",
      "plan",
    ]);
    await org.apply();
    expect(differing(await org.look(), "wrong").map(formatSetting)).toEqual([]);
    expect(differing(await org.look()).map(({ name }) => name.replace(/ \(.*/, ""))).toEqual(byHand);
  });

  it("tells in one line how a setting is, how it should be, and what follows", async () => {
    await org.apply();
    await org.changeEverything();
    const found = await org.look();
    expect(lineOf(found, "wiki")).toBe(
      "✕ wiki is on, should be off: otherwise people write about the letter where no review looks",
    );
    expect(lineOf(found, "owners")).toMatch(
      /^✕ owners is 3, should be two: otherwise more people than two .*; by hand: /,
    );
    expect(lineOf(found, "file App")).toContain("contents: write and pull_requests: write and workflows: write");
    expect(lineOf(found, "rule “main”")).toBe(
      "✕ rule “main” is looser in the rule pull_request, without the rule required_status_checks, passed also by the owners, " +
        "should be in force (main changes by reviewed pull requests that passed the check code, and without them only by the accept App): " +
        "otherwise anyone who may write can put a name on the list or change the letter by hand",
    );
    expect(lineOf(found, "rule “main: history”")).toContain(" is switched off, not about refs/heads/main, should be ");
    expect(lineOf(found, "rule “pending: who files”")).toContain("(the change loosens what is set)");
    expect(lineOf(found, "merge commits")).toMatch(/^✕ merge commits is off, should be on/);
    for (const one of found) expect(formatSetting(one)).not.toMatch(/\n|undefined|\[object/);
  });

  it("leaves what is stricter than it has to be, and says so when it has to loosen", async () => {
    await org.apply();
    const rulesets = (await org.ask("GET", "rulesets")) as { id: number; name: string }[];
    const id = rulesets.find(({ name }) => name === "main")!.id;
    const main = (await org.ask("GET", `rulesets/${id}`)) as { rules: Rule[] };
    const parameters = { ...main.rules[0]!.parameters, required_approving_review_count: 2 };
    const checks = [{ context: "lint" }, { context: "code", integration_id: 15368 }];
    const status = { strict_required_status_checks_policy: true, required_status_checks: checks };
    const stricter = [
      { type: "required_linear_history" },
      { ...main.rules[0], parameters },
      { type: "required_status_checks", parameters: status },
    ];
    await org.ask("PUT", `rulesets/${id}`, { rules: stricter });
    const bound = { can_admins_bypass: false };
    await org.ask("PUT", "environments/accept", { wait_timer: 30, deployment_branch_policy: CUSTOM, ...bound });
    expect(differing(await org.look(), "wrong")).toEqual([]);

    await org.ask("PUT", `rulesets/${id}`, { rules: stricter, bypass_actors: [], enforcement: "disabled" });
    await org.ask("PUT", "environments/accept", { wait_timer: 30, deployment_branch_policy: null });
    expect(await org.apply()).toEqual([
      "changed environment accept: open to every branch → open to branch main",
      "changed administrators in the environment accept: above its rules → bound by its rules",
      expect.stringMatching(/^loosened rule “main”: switched off, not passed by the accept App → /),
    ]);
    const after = (await org.ask("GET", `rulesets/${id}`)) as { rules: Rule[]; bypass_actors: object[] };
    expect(after.bypass_actors).toEqual([
      { actor_type: "Integration", actor_id: org.accept.id, bypass_mode: "always" },
    ]);
    expect(after.rules).toEqual(expect.arrayContaining(stricter));
    expect(after.rules.length).toBe(3);
    expect(await org.ask("GET", "environments/accept")).toMatchObject({ protection_rules: [{ wait_timer: 30 }, {}] });
  });
});

describe("setup:github and Pages, which keep the address of every visitor", { timeout: 120_000 }, () => {
  it("wants them off where nobody chose them", async () => {
    await org.apply();
    const { state } = org.github;
    state.settings.set("variables", { ...state.settings.get("variables"), PUBLISH_TO: "artifact" });
    expect(lineOf(await org.look(), "Pages")).toMatch(
      /^✕ Pages is on, should be off: otherwise GitHub goes on serving/,
    );
    state.settings.delete("pages");
    expect(lineOf(await org.look(), "Pages")).toBe("✓ Pages: off");
  });

  it("wants them named on the privacy page where somebody did", async () => {
    expect(lineOf(await org.look(), "Pages on")).toBe("✓ Pages on the privacy page: named with what they keep");
    const text = org.github.repository.read("main", "content/campaign.yaml").toString("utf8");
    const other = { "content/campaign.yaml": text.replaceAll("GitHub Pages", "Another host") };
    org.github.repository.commit("main", "another host\n", other);
    expect(lineOf(await org.look(), "Pages on")).toMatch(/^✕ Pages on the privacy page is not named, should be named/);
  });
});

describe("setup:github on other plans", { timeout: 120_000 }, () => {
  it("says what a free plan does not offer for a private repository, what follows, and asks for none of it", async () => {
    org.github.state.settings.set("organization", { plan: { name: "free", space: 0, private_repos: 9 } });
    const missing = differing(await org.look(), "not offered");
    expect(missing.map(({ name }) => name)).toEqual([
      "Pages on the privacy page",
      "Pages",
      "environment github-pages",
      "administrators in the environment github-pages",
      "environment accept",
      "administrators in the environment accept",
      "secret ACCEPT_APP_KEY in the environment accept",
      "secret LEDGER_KEY in the environment accept",
      "rule “main”",
      "rule “main: history”",
      "rule “pending: who files”",
      "rule “pending: sheets stay as they were filed”",
      "rule “handover tags: who makes them”",
      "rule “handover tags: they stay”",
    ]);
    expect(lineOf(missing, "environment accept")).toBe(
      "– environment accept cannot be open to branch main: GitHub’s free plan does not offer it for a private repository, " +
        "so any branch can bring code that takes the keys of the ledger and of main",
    );
    await org.apply();
    expect(org.github.calls.filter(({ operation }) => /rulesets|environments|pages/.test(operation))).toEqual([]);
    expect(differing(await org.look(), "wrong")).toEqual([]);
  });

  it("sets up a public repository on a free plan, for those who say that they want it public", async () => {
    org.github.state.repository.private = false;
    org.github.state.settings.set("organization", { plan: { name: "free", space: 0, private_repos: 9 } });
    expect(lineOf(await org.look(), "visibility")).toMatch(
      /^✕ visibility is public, should be private: otherwise everyone can read /,
    );
    expect(lineOf(await org.look(true), "visibility")).toBe("✓ visibility: public");
    await org.apply();
    org.doByHand();
    expect(differing(await org.look(true)).map(formatSetting)).toEqual([]);
    expect(await org.ask("GET", "actions/permissions/selected-actions")).toMatchObject({
      github_owned_allowed: false,
      patterns_allowed: ACTIONS.map((name) => `${name}@*`),
    });
  });

  it("goes on when GitHub refuses one change, and says which", async () => {
    org.github.setFault(({ operation }) =>
      operation === "PUT /repos/{owner}/{repo}/actions/permissions/workflow"
        ? { status: 409, message: "Conflict" }
        : undefined,
    );
    const said = (await org.apply()).filter((line) => line.startsWith("not changed"));
    expect(said).toEqual([]);
    org.github.state.settings.set("workflow", { default_workflow_permissions: "write" });
    org.github.state.settings.set("repository", { ...org.github.state.settings.get("repository"), has_wiki: true });
    expect(await org.apply()).toEqual([
      "changed wiki: on → off",
      "not changed: the workflows’ own token: changing it: GitHub says 409 (Conflict)",
    ]);
  });
});
