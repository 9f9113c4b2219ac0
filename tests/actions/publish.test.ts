import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { signCheckpoint } from "../../scripts/letter/ledger/checkpoint.ts";
import { EMPTY_ROOT } from "../../scripts/letter/ledger/tree.ts";
import { CHECKPOINT_PATH } from "../../scripts/letter/signature/record.ts";
import { ledger } from "../letter/invented.ts";
import { makeWorkflowCampaign, type WorkflowCampaign } from "../support/campaigns/workflow-campaign.ts";
import { deploy } from "../support/github/pages.ts";

// That it builds and deploys is shown under act; here, what it refuses before it builds anything.
let campaign: WorkflowCampaign;
let checkout: string;
beforeAll(async () => {
  campaign = await makeWorkflowCampaign();
  checkout = join(campaign.local.folder, "checkout");
});
afterAll(() => campaign.close());
beforeEach(() => {
  rmSync(checkout, { recursive: true, force: true });
  mkdirSync(checkout);
  const { path } = campaign.github.repository;
  execFileSync("git", [
    "--git-dir",
    path,
    "--work-tree",
    checkout,
    "checkout",
    "--quiet",
    "--force",
    "main",
    "--",
    ".",
  ]);
  campaign.site.status = undefined;
  campaign.publish();
});

const refused = async (reason: string, env: Record<string, string> = {}) => {
  const { code, output } = await campaign.run("publish", { CWD: checkout, ...env });
  expect(code).toBe(1);
  expect(output).toContain(reason);
  expect(existsSync(join(checkout, "_site"))).toBe(false);
};
const show = (size: number, root: Uint8Array) => {
  const note = signCheckpoint({ origin: ledger.verifier.name, size, root }, ledger);
  campaign.site.content = new Map([[CHECKPOINT_PATH, note]]);
};

describe("the workflow publish refuses", () => {
  it("a main that is shorter than what the world has seen", () => {
    show(5, new Uint8Array(32));
    return refused("the ledger on main is shorter than the one the world has seen");
  });

  it("a main with another ledger than the world has seen", () => {
    show(1, new Uint8Array(32));
    return refused("the ledger on main is another than the one the world has seen");
  });

  it("a live checkpoint that the ledger's key did not sign", () => {
    const note = campaign.mainFile(`signatures/${CHECKPOINT_PATH}`);
    campaign.site.content = new Map([[CHECKPOINT_PATH, note.replace(/^1$/m, "0")]]);
    return refused("signature");
  });

  it("a site that shows no checkpoint, unless somebody said that it is the first time", async () => {
    campaign.site.content = new Map();
    await refused("the site shows no checkpoint");
  });

  it("a site that answers with an error, even the first time", async () => {
    campaign.site.status = 403;
    await refused("the site answers with status 403", { FIRST: "true" });
  });

  it("a record that was edited on main", () => {
    writeFileSync(join(checkout, "signatures/ledger/000.txt"), `undersigned/v1 withdraw 0\n`);
    return refused("ledger");
  });

  it("a campaign that has not committed itself to its keys", () => {
    const text = campaign.mainFile("content/campaign.yaml").replace(/^ledger_vkey: .*\n/m, "");
    writeFileSync(join(checkout, "content/campaign.yaml"), text);
    return refused("names no ledger_vkey and attestation_key");
  });

  it("a site for real people that does not say who is responsible, before it asks the site for anything", () => {
    const text = campaign.mainFile("content/campaign.yaml").replace(/^responsible:\n( .*\n)+/m, "");
    writeFileSync(join(checkout, "content/campaign.yaml"), text);
    return refused("content/campaign.yaml: responsible: write who", { SITE_URL: "https://letter.amnesty.invalid.net" });
  });

  it("GitHub Pages, where the privacy page does not name them", () =>
    refused("hosts.site does not name GitHub", { PUBLISH_TO: "pages" }));

  it("a second site under a commit under which Pages were given one, and says what to do", async () => {
    campaign.site.content = new Map();
    deploy(campaign.github.state, campaign.github.repository.git("rev-parse", "main"));
    const text = campaign.mainFile("content/campaign.yaml");
    const pages = /^ {2}git: (.*)$/m.exec(text)![1]!.replace("keeps_ip: false", "keeps_ip: true");
    writeFileSync(join(checkout, "content/campaign.yaml"), text.replace(/^ {2}site: .*/m, `  site: ${pages}`));
    const env = { PUBLISH_TO: "pages", FIRST: "true" };
    await refused("start accept by hand with “again” ticked", env);
    campaign.publish();
    const done = await campaign.run("publish", { CWD: checkout, ...env });
    expect(done).toMatchObject({ code: 0, outputs: { deploy: "false" } });
    expect(existsSync(join(checkout, "_site"))).toBe(false);
    campaign.github.state.deployments.length = 0;
  });

  it("nothing when the live checkpoint is that of the beginning", async () => {
    show(0, EMPTY_ROOT);
    const { output } = await campaign.run("publish", { CWD: checkout });
    expect(output).not.toMatch(/the world has seen|edited main/);
  });
});
