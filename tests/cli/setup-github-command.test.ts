import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ACTIONS } from "../../scripts/outside/github/setup/actions-settings.ts";
import { SECRETS } from "../../scripts/outside/github/setup/environment-settings.ts";
import type { Setting } from "../../scripts/outside/github/setup/setting.ts";
import { hurryTime } from "../support/browsers/hurry.ts";
import { compiled } from "../support/compiled.ts";
import { makeOrganisation, type TestOrganisation } from "../support/github/organisation.ts";
import { root } from "../support/source.ts";

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

/** The command as people call it. */
function setup(args: string[], env: Record<string, string> = {}) {
  return new Promise<{ code: number; out: string; err: string }>((resolve) => {
    const program = join(root, "scripts/cli/setup-github.ts");
    const given = {
      PATH: process.env.PATH,
      ...compiled,
      GITHUB_API_URL: org.github.origin,
      GITHUB_TOKEN: org.organisers[0]!.token,
      ...env,
    };
    execFile(process.execPath, [program, ...args], { env: given }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), out, err }),
    );
  });
}

describe("the workflows and their settings", () => {
  const workflows = readdirSync(join(root, ".github/workflows")).map((name) =>
    readFileSync(join(root, ".github/workflows", name), "utf8"),
  );
  const named = (pattern: RegExp) =>
    [...new Set(workflows.flatMap((text) => [...text.matchAll(pattern)].map(([, name]) => name!)))].sort();

  it("name the same secrets and variables", () => {
    expect(named(/\bsecrets\.(\w+)/g)).toEqual(SECRETS);
    const variables = ["ACCEPT_APP_ID", "ATTEST", "PUBLISH_TO", "SERVICE_URL", "SITE_URL", "TIMESTAMP_URL"];
    expect(named(/\bvars\.(\w+)/g)).toEqual(variables);
    expect(named(/\benvironment:\s+(?:name: )?([\w-]+)/g)).toEqual(["accept", "github-pages"]);
  });

  it("use no action that is not allowed", () => {
    expect(named(/\buses: ([\w-]+\/[\w-]+)@/g).filter((name) => !ACTIONS.includes(name))).toEqual([]);
  });
});

describe("the command setup:github", () => {
  it("shows the difference, changes nothing, prints no token, and ends with 1", async () => {
    const { code, out, err } = await setup(["--repo", org.github.name]);
    expect([code, err]).toEqual([1, ""]);
    expect(out).toContain(`${org.github.name}: private, plan team\n`);
    expect(out).toContain("✕ wiki is on, should be off");
    expect(out).not.toContain(org.organisers[0]!.token);
    expect(org.writes()).toEqual([]);
  });

  it("ends with 0 when all is as it should be, and gives programs JSON", async () => {
    await org.apply();
    org.doByHand();
    const { code, out } = await setup(["--repo", org.github.name, "--json", "--apply"]);
    const { ok, changed, settings, ...rest } = JSON.parse(out) as {
      ok: boolean;
      changed: string[];
      settings: Setting[];
    };
    expect([code, ok, changed]).toEqual([0, true, []]);
    expect(rest).toEqual({ repository: org.github.name, visibility: "private", plan: "team" });
    expect(new Set(settings.map(({ state }) => state))).toEqual(new Set(["right", "unseen"]));
  });

  it.each([
    ["no repository", [], {}, /^error: name one repository as OWNER\/REPO; usage: /],
    ["no token", ["--repo", "a/b"], { GITHUB_TOKEN: "" }, /^error: GITHUB_TOKEN is not set; --help says/],
    ["another repository", ["--repo", "a/b"], {}, /^error: a\/b is not there for this token: choose/],
    [
      "a wrong token",
      ["--repo", "amnesty-iran/letter"],
      { GITHUB_TOKEN: "ghp_x" },
      /^error: GitHub does not accept the token/,
    ],
  ] as const)("says in one line what to do: %s", async (_, args, env, line) => {
    const { code, out, err } = await setup([...args], env);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(line);
    expect(err.trimEnd()).not.toContain("\n");
  });

  it.each([
    [
      "GET /orgs/{org}/installations",
      403,
      "the installed Apps: give it the permission Administration of the organisation",
    ],
    ["GET /orgs/{org}/members", 403, "the owners: give it the permission Members of the organisation: read"],
    ["GET /repos/{owner}/{repo}/rulesets", 404, "the rulesets: give it the permission Administration: read and write"],
    [
      "GET /repos/{owner}/{repo}/actions/permissions",
      403,
      "what Actions may do: give it the permission Administration",
    ],
    ["GET /repos/{owner}/{repo}/actions/secrets", 403, "names of secrets: give it the permission Secrets: read"],
    ["GET /repos/{owner}/{repo}/invitations", 403, "who may do what: give it the permission Administration"],
  ])("says which permission the token lacks for %s", async (operation, status, line) => {
    const message = "Resource not accessible by personal access token";
    org.github.setFault((call) => (call.operation === operation ? { status, message } : undefined));
    await expect(org.look()).rejects.toThrow(`the token may not read ${line}`);
  });

  it("needs an owner's token", async () => {
    await expect(org.look(false, org.github.addAccount("member", "write").token)).rejects.toThrow(
      /may not read|make it as one of its owners/,
    );
  });
});
