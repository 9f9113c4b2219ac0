import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { verifyPublished } from "../../scripts/letter/verification.ts";
import { openPublished } from "../../scripts/outside/published.ts";
import { invent, sheetOf, vkey } from "../letter/invented.ts";
import { payloadOf } from "../support/github/event.ts";
import { openPullRequest } from "../support/github-calls.ts";
import { pushHostile, readHostilePulls } from "../support/hostile-pull.ts";
import { acceptSecrets, makeWorkflowCampaign, type WorkflowCampaign } from "../support/workflow-campaign.ts";
import { runAct } from "./act.ts";
import { bringProject } from "./project.ts";

// `.ci/run` installs act and names it here; elsewhere the entries alone are tested (tests/actions/).
const { ACT_PROGRAM: act } = process.env;

let campaign: WorkflowCampaign;
let temporary: string;
let edition: string;

beforeAll(async () => {
  if (act === undefined) return;
  campaign = await makeWorkflowCampaign();
  temporary = mkdtempSync(join(tmpdir(), "undersigned-act-"));
  mkdirSync(join(temporary, "pages", "live"), { recursive: true });
  campaign.site.content = join(temporary, "pages", "live");
  edition = await bringProject(campaign);
});
afterAll(async () => {
  if (act === undefined) return;
  rmSync(temporary, { recursive: true, force: true });
  await campaign.close();
});

/** Runs a workflow of main as GitHub would, from a fresh checkout. */
async function run(workflow: string, event: "pull_request" | "schedule" | "workflow_dispatch", payload: object) {
  const { github, site } = campaign;
  const folder = join(temporary, "main");
  rmSync(folder, { recursive: true, force: true });
  execFileSync("git", ["clone", "--quiet", "--branch", "main", github.repository.path, folder]);
  const permissions = workflow === "accept" ? { contents: "read", pull_requests: "write" } : { contents: "read" };
  const { LEDGER_KEY = "", ACCEPT_APP_KEY = "", ACCEPT_APP_ID = "" } = acceptSecrets(campaign);
  const secrets = workflow === "accept" ? { LEDGER_KEY, ACCEPT_APP_KEY } : {};
  const result = await runAct({
    act: act!,
    folder,
    event,
    workflow,
    payload: { repository: { full_name: github.name, default_branch: "main" }, ...payload },
    env: {
      GITHUB_SERVER_URL: github.origin,
      GITHUB_API_URL: github.origin,
      GITHUB_REPOSITORY: github.name,
      PAGES_FOLDER: join(temporary, "pages"),
      SITE_URL: site.url,
      npm_config_prefer_offline: "true",
    },
    vars: { ACCEPT_APP_ID, SITE_URL: site.url, SERVICE_URL: "https://sign.example.org" },
    secrets: { ...secrets, GITHUB_TOKEN: github.workflowToken(permissions as Record<string, "read" | "write">) },
  });
  if (process.env.DEBUG) console.log(result.output);
  return result;
}

describe.skipIf(act === undefined)("the workflows under act", () => {
  it("bring the letter to the ledger, and a sheet from its branch to the published site", async () => {
    const begun = await run("accept", "workflow_dispatch", { inputs: { first: "true" }, ref: "refs/heads/main" });
    expect(begun.code, begun.output).toBe(0);
    expect((await verifyPublished(openPublished(campaign.site.url), vkey)).size).toBe(1);

    const [one, two, three] = [
      invent(1, "name", edition),
      invent(2, "hidden", edition),
      invent(3, "initials", edition),
    ];
    const sheet = sheetOf(1, [one.row, two.row, three.row], edition);
    const pull = await campaign.fileSheet(sheet);
    const opened = campaign.github.state.events.findLast(({ name }) => name === "pull_request")!;
    const validated = await run("validate", "pull_request", payloadOf(campaign.github.state, opened));
    expect(validated.code, validated.output).toBe(0);
    expect(validated.output).toContain("This sheet can be reviewed.");

    const [first, second] = campaign.moderators;
    await campaign.review(first, pull, "APPROVE");
    await campaign.review(second, pull, "APPROVE", `refuse ${three.row.id} duplicate`);
    const accepted = await run("accept", "schedule", {});
    expect(accepted.code, accepted.output).toBe(0);
    expect(await verifyPublished(openPublished(campaign.site.url), vkey)).toMatchObject({ size: 4, listed: 2 });
    const page = await (await fetch(`${campaign.site.url}/en/signatures/`)).text();
    expect(page).toContain(one.row.name);
    expect(campaign.github.state.pulls[0]!.merged).toBeDefined();
    for (const secret of Object.values(acceptSecrets(campaign))) {
      if (secret.length > 20) expect(begun.output + accepted.output).not.toContain(secret);
    }
    expect(begun.output + validated.output + accepted.output).not.toContain(one.row.name);
  });

  it("run nothing that a branch or a title says", async () => {
    const { github } = campaign;
    const [hostile] = readHostilePulls().filter(({ name }) => name === "branch-like-a-shell-command");
    pushHostile(github.repository, hostile!);
    const title = "$(touch ran)\n::error::owned";
    await openPullRequest(campaign, hostile!.branch, title);
    const opened = github.state.events.findLast(({ name }) => name === "pull_request")!;
    const { code, output } = await run("validate", "pull_request", payloadOf(github.state, opened));
    expect(code).not.toBe(0);
    expect(output).toContain("the branch is not named pending/ and the id of a sheet");
    expect(output).not.toContain("owned");
    const made = readdirSync(temporary, { recursive: true }).filter((path) => basename(String(path)) === "ran");
    expect([...made, ...["ran"].filter((path) => existsSync(path))]).toEqual([]);
  });
});
