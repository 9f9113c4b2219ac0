import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../../scripts/outside/clock.ts";
import { type GitHubApi, openGitHub } from "../../../scripts/outside/github/api.ts";
import { isProtectedTheOldWay, readRulesInForce } from "../../../scripts/outside/github/rules-in-force.ts";
import {
  mainRulesSettings,
  sheetRulesSettings,
} from "../../../scripts/outside/github/setup/rules-in-force-settings.ts";
import type { Account, App } from "../../support/github/account.ts";
import { askAs } from "../../support/github/ask.ts";
import { type GitHub, startGitHub } from "../../support/github/github.ts";
import type { BypassActor, Rule, Ruleset } from "../../support/github/ruleset.ts";

let github: GitHub;
let api: GitHubApi;
let organiser: Account;
let accept: App;
let file: App;
beforeAll(async () => {
  github = await startGitHub();
  github.repository.commit("main", "begin\n", { "README.md": "a letter\n" });
  organiser = github.addAccount("organiser", "admin");
  accept = github.addApp("letter-accept", { contents: "write" });
  file = github.addApp("letter-file", { contents: "write", pull_requests: "write" });
  const as = { token: organiser.token };
  api = openGitHub({ repository: github.name, as, apiUrl: github.origin, clock: systemClock });
});
afterAll(() => github.close());
beforeEach(() => {
  github.state.rulesets.length = 0;
});

const policy = { name: "company policy", target: "branch", enforcement: "active" };
function add(rules: readonly Rule[], given: Partial<Ruleset> = {}): void {
  const conditions = { ref_name: { include: ["~ALL"], exclude: [] } };
  const times = { createdAt: "2026-01-01T00:00:00Z", updatedAt: "2026-01-01T00:00:00Z" };
  github.state.rulesets.push({
    ...{ ...policy, id: github.state.nextId(), bypass_actors: [], conditions, rules: [...rules] },
    ...{ ...times, ...given },
  });
}
const passing = (app: App, bypass_mode = "always"): BypassActor => {
  return { actor_type: "Integration", actor_id: app.id, bypass_mode };
};
const [mover, filer] = [() => ({ id: accept.id, own: "main" }), () => ({ id: file.id, own: "pending: who files" })];
const onMain = async () => mainRulesSettings(await readRulesInForce(api, "main"), false, mover())[0]!;
const onSheets = async () =>
  sheetRulesSettings(await readRulesInForce(api, `pending/${"0".repeat(26)}`), filer(), mover());

describe("the rules in force on main", () => {
  it.each(["required_linear_history", "required_signatures"])("are red for %s, whoever has set it", async (type) => {
    add([{ type }], { name: "main: history" });
    expect(await onMain()).toMatchObject({ state: "by hand", is: `${type} in “main: history”` });
    github.state.rulesets.length = 0;
    add([{ type: "deletion" }, { type }], { ofOrganisation: true });
    const { is } = await onMain();
    expect(is).toBe(`${type} in “company policy” of the organisation ${github.state.owner.login}`);
  });

  it("are red for every kind but those that forbid nothing that accept does", () => {
    const rule = (type: string) => ({ type, ruleset: "a", organisation: undefined, passes: [] });
    const types = ["update", "pull_request", "required_status_checks", "merge_queue", "required_deployments"];
    types.push("commit_message_pattern", "committer_email_pattern", "workflows", "code_scanning", "not known yet");
    for (const type of types) expect(mainRulesSettings([rule(type)], false, mover())[0]!.is).toBe(`${type} in “a”`);
    const harmless = ["creation", "deletion", "non_fast_forward"].map(rule);
    expect(mainRulesSettings(harmless, false, mover())[0]!.state).toBe("right");
  });

  it("are passed by accept only where its App is in the bypass list for every push", async () => {
    const rules = [{ type: "required_signatures" }];
    add(rules, { ofOrganisation: true, bypass_actors: [passing(accept)] });
    expect((await onMain()).state).toBe("right");
    for (const bypass_actors of [[], [passing(file)], [passing(accept, "pull_request")]]) {
      github.state.rulesets.length = 0;
      add(rules, { ofOrganisation: true, bypass_actors });
      expect((await onMain()).state).toBe("by hand");
    }
  });

  it("are red where GitHub does not show who passes them, and not where they are switched off", async () => {
    add([{ type: "required_signatures" }], { ofOrganisation: true, bypass_actors: [passing(accept)] });
    github.setFault(({ operation }) => (operation.startsWith("GET /orgs/") ? { status: 404 } : undefined));
    expect((await onMain()).is).toMatch(/^required_signatures in “\d+” .* \(GitHub does not show who passes it\)$/);
    github.setFault();
    Object.assign(github.state.rulesets[0]!, { enforcement: "evaluate" });
    expect((await onMain()).state).toBe("right");
  });

  it("do stop accept in GitHub’s words", async () => {
    const main = github.repository.git("rev-parse", "main");
    const next = github.repository.git("commit-tree", "-p", main, "-m", "accept", `${main}^{tree}`);
    const push = () =>
      askAs(github, github.tokenOf(accept), "PATCH", "git/refs/heads/main", { sha: next, force: false });
    add([{ type: "required_signatures" }], { ofOrganisation: true });
    expect((await push()).status).toBe(422);
    github.state.rulesets[0]!.bypass_actors.push(passing(accept));
    expect((await push()).status).toBe(200);
  });

  it("of the older kind are red too", async () => {
    expect(await isProtectedTheOldWay(api, "main")).toBe(false);
    github.state.settings.set("classic protection", { main: true });
    expect(await isProtectedTheOldWay(api, "main")).toBe(true);
    github.state.settings.delete("classic protection");
    expect(mainRulesSettings([], true, mover())[1]).toMatchObject({ state: "by hand", is: "on", should: "off" });
  });
});

describe("the rules in force on sheets", () => {
  it("are red where the file App cannot file, or accept cannot take away", async () => {
    add([{ type: "required_signatures" }, { type: "deletion" }, { type: "update" }], { ofOrganisation: true });
    const [filing, ending] = await onSheets();
    expect([filing!.is, ending!.is].map((is) => is.split(" ")[0])).toEqual(["required_signatures", "deletion"]);
    github.state.rulesets[0]!.bypass_actors.push(passing(accept), passing(file));
    expect((await onSheets()).map(({ state }) => state)).toEqual(["right", "right"]);
  });

  it("are not asked of a rule that has a line of its own", async () => {
    add([{ type: "creation" }], { name: "pending: who files" });
    expect((await onSheets())[0]!.state).toBe("right");
    add([{ type: "creation" }], { name: "pending: who files", ofOrganisation: true });
    expect((await onSheets())[0]!.state).toBe("by hand");
  });
});
