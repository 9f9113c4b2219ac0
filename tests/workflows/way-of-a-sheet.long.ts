import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { verifyPublished } from "../../scripts/letter/published/verification.ts";
import { openPublished } from "../../scripts/outside/published.ts";
import { invent, sheetOf } from "../letter/invented.ts";
import { pushHostile, readHostilePulls } from "../support/campaigns/hostile-pull.ts";
import { acceptSecrets, makeWorkflowCampaign, type WorkflowCampaign } from "../support/campaigns/workflow-campaign.ts";
import { payloadOf } from "../support/github/event.ts";
import { openPullRequest } from "../support/servers/github-calls.ts";
import { root } from "../support/source.ts";
import { bringProject, projectVkey } from "./project.ts";
import { makeRunner, type Runner } from "./runner.ts";

// `.ci/run` installs act and names it here; elsewhere only the entries are tested (tests/actions/).
const { ACT_PROGRAM: act } = process.env;

let campaign: WorkflowCampaign;
let runner: Runner;
let edition: string;

beforeAll(async () => {
  if (act === undefined) return;
  campaign = await makeWorkflowCampaign();
  runner = makeRunner(campaign, act, "https://sign.example.org");
  edition = await bringProject(campaign);
});
afterAll(async () => {
  if (act === undefined) return;
  runner.remove();
  await campaign.close();
});

describe.skipIf(act === undefined)("the workflows under act", () => {
  it("bring the letter to the ledger, and a sheet from its branch to the published site", async () => {
    const { repository, state } = campaign.github;
    const main = () => repository.git("rev-parse", "main");
    const begin = () =>
      runner.run("accept", "workflow_dispatch", { inputs: { first: "true" }, ref: "refs/heads/main" });
    // The first day goes wrong: main will not move again by itself, and Pages take no second site under its commit.
    runner.breakPages(true);
    const failed = await begin();
    expect(failed.code, failed.output).not.toBe(0);
    const before = main();
    runner.breakPages(false);
    const begun = await begin();
    expect(begun.code, begun.output).toBe(0);
    expect(begun.output).toContain("the site shows the checkpoint of this run");
    expect(repository.git("rev-parse", "main^")).toBe(before);
    expect(state.deployments.map(({ sha }) => sha)).toEqual([before, main()]);
    expect((await verifyPublished(openPublished(campaign.site.url), projectVkey)).size).toBe(1);

    const [one, two, three] = [
      invent(1, "name", edition),
      invent(2, "hidden", edition),
      invent(3, "initials", edition),
    ];
    const sheet = sheetOf(1, [one.row, two.row, three.row], edition);
    const pull = await campaign.fileSheet(sheet);
    const opened = campaign.github.state.events.findLast(({ name }) => name === "pull_request")!;
    const validated = await runner.run("validate", "pull_request", payloadOf(campaign.github.state, opened));
    expect(validated.code, validated.output).toBe(0);
    expect(validated.output).toContain("This sheet can be reviewed.");

    const [first, second] = campaign.moderators;
    await campaign.review(first, pull, "APPROVE");
    await campaign.review(second, pull, "APPROVE", `refuse ${three.row.id} duplicate`);
    const accepted = await runner.run("accept", "schedule", {});
    expect(accepted.code, accepted.output).toBe(0);
    expect(state.runs.at(-1)).toMatchObject({ sha: main(), conclusion: "success" });
    expect(await verifyPublished(openPublished(campaign.site.url), projectVkey)).toMatchObject({ size: 4, listed: 2 });
    const page = await (await fetch(`${campaign.site.url}/en/signatures/`)).text();
    expect(page).toContain(one.row.name);
    expect(campaign.github.state.pulls[0]!.merged).toBeDefined();
    for (const secret of Object.values(acceptSecrets(campaign))) {
      if (secret.length > 20) expect(begun.output + accepted.output).not.toContain(secret);
    }
    expect(begun.output + validated.output + accepted.output).not.toContain(one.row.name);
  });

  it("make a release of the public bag of a tag, which anybody can check", async () => {
    const tag = "handover/2026-12-01";
    campaign.github.repository.git("tag", tag, "main");
    const { code, output } = await runner.run("handover", "push", { ref: `refs/tags/${tag}` });
    expect(code, output).toBe(0);
    const release = join(runner.releases, tag);
    const [bag] = readdirSync(release);
    expect(readdirSync(release)).toEqual([expect.stringMatching(/\.tar$/)]);
    const told = execFileSync(process.execPath, [join(root, "scripts/cli/verify.ts"), join(release, bag!)], {
      encoding: "utf8",
    });
    expect(told).toContain("ok: 2 accepted, 0 withdrawn, 2 listed, tree size 4");
    const sha256 = createHash("sha256")
      .update(readFileSync(join(release, bag!)))
      .digest("hex");
    expect(readFileSync(`${release}.notes`, "utf8")).toContain(sha256);
  });

  it("make no release of a tag that does not lie on main", async () => {
    const { repository } = campaign.github;
    const tag = "handover/2026-12-02";
    repository.git("update-ref", "refs/heads/elsewhere", "main");
    repository.commit("elsewhere", "another list", { "signatures/list.md": "nobody" });
    repository.git("tag", tag, "elsewhere");
    const { code, output } = await runner.run("handover", "push", { ref: `refs/tags/${tag}` });
    expect(code).not.toBe(0);
    expect(output).toContain("does not lie on main");
    expect(existsSync(join(runner.releases, tag))).toBe(false);
  });

  it("run nothing that a branch or a title says", async () => {
    const { github } = campaign;
    const [hostile] = readHostilePulls().filter(({ name }) => name === "branch-like-a-shell-command");
    pushHostile(github.repository, hostile!);
    const title = "$(touch ran)\n::error::owned";
    await openPullRequest(campaign, hostile!.branch, title);
    const opened = github.state.events.findLast(({ name }) => name === "pull_request")!;
    const { code, output } = await runner.run("validate", "pull_request", payloadOf(github.state, opened));
    expect(code).not.toBe(0);
    expect(output).toContain("the branch is not named pending/ and the id of a sheet");
    expect(output).not.toContain("owned");
    const made = readdirSync(runner.folder, { recursive: true }).filter((path) => basename(String(path)) === "ran");
    expect([...made, ...["ran"].filter((path) => existsSync(path))]).toEqual([]);
  });
});
