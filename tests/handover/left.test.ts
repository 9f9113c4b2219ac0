import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { tellLeft } from "../../scripts/handover/since/left-since.ts";
import { parseLeftFile } from "../../scripts/letter/handover/left-file.ts";
import { invent, keys, withdrawalsOf } from "../letter/invented.ts";
import { left, makeHandedOver, writeSite } from "../support/campaigns/handed-over.ts";
import { type HandoverCampaign, makeHandoverCampaign, run, TAG } from "../support/campaigns/handover.ts";
import { fixedClock } from "../support/fixtures.ts";

const people = [invent(1), invent(2), invent(3)];

describe("npm run handover:left", () => {
  let campaign: HandoverCampaign;
  let size: number;
  beforeAll(async () => {
    campaign = await makeHandoverCampaign(people);
    const yaml = campaign.repository.read("main", "content/campaign.yaml").toString("utf8");
    const named = `${yaml}\nledger_vkey: ${keys.ledger}\nattestation_key: ${keys.attestation}\n`;
    campaign.repository.commit("main", "name the keys", { "content/campaign.yaml": named });
    campaign.repository.git("tag", TAG, "main");
    size = entries().length;
    await campaign.pass(withdrawalsOf(50, [people[0]!.row.id]));
  });
  afterAll(() => campaign.remove());
  const entries = () =>
    campaign.repository.read("main", "signatures/ledger/000.txt").toString("utf8").trim().split("\n");

  it("tells where the form service runs who has left since a tag", async () => {
    vi.stubEnv("DATA_DIR", campaign.dataDir);
    const { text, ...told } = await tellLeft({ tag: TAG }, fixedClock("2026-12-24T10:00:00Z"), () => {});
    expect(told).toEqual({ from: size, size: size + 1, day: "2026-12-24", left: 1 });
    expect(parseLeftFile(text)).toMatchObject({ size, entries: entries().slice(size) });
    const none = tellLeft({ tag: "handover/2026-12-05" }, fixedClock(), () => {});
    await expect(none).rejects.toThrow("there is no tag handover/2026-12-05");
    vi.unstubAllEnvs();
  });

  it("tells it from a clone, as of the last fetch, of whichever branch is newer", async () => {
    const clone = join(campaign.folder, "clone");
    campaign.repository.git("clone", "--quiet", campaign.repository.path, clone);
    const answer = async () => {
      const args = ["--tag", TAG, "--out", join(clone, "clone.left"), "--json"];
      return run("handover-left", args, { DATA_DIR: join(clone, ".data") }, clone);
    };
    await campaign.pass(withdrawalsOf(51, [people[1]!.row.id]));
    expect(JSON.parse((await answer()).stdout)).toMatchObject({
      from: size,
      size: size + 1,
      left: 1,
      day: "2026-11-24",
    });
    execFileSync("git", ["fetch", "--quiet"], { cwd: clone });
    expect(JSON.parse((await answer()).stdout)).toMatchObject({ from: size, size: size + 2, left: 2 });
  });

  it("asks for a tag or a bag, not both", async () => {
    const ended = await run("handover-left", ["--tag", TAG, "--bag", "x", "--out", "x"], {});
    expect(ended).toMatchObject({ code: 1, stdout: "" });
    expect(ended.stderr).toMatch(/^error: name the tag or the public bag, and a file with --out; usage: [^\n]+\n$/);
  });
});

describe("npm run handover:open -- --site", () => {
  it("prints who has left, and as its last line the receipt", async () => {
    const given = await makeHandedOver(people);
    const site = writeSite(join(given.folder, "site"), left(given.main, [people[1]!]).record);
    const file = join(given.folder, "now.left");
    const made = await run("handover-left", ["--bag", given.bag, "--site", site, "--out", file, "--json"], {});
    expect(JSON.parse(made.stdout), made.stderr).toMatchObject({ file, left: 1, day: "2026-12-20" });
    const out = join(given.folder, "opened");
    const args = ["--bag", given.bag, "--contacts", given.contacts, "--identity", given.identity, "--out", out];
    const ended = await run("handover-open", [...args, "--site", file], {});
    expect(ended, ended.stderr).toMatchObject({ code: 0, stderr: "" });
    expect(ended.stdout).toContain(`id ${people[1]!.row.id}\n`);
    expect(ended.stdout.trim().split("\n").at(-1)).toMatch(
      /^For the receipt: contacts bag sha256 [0-9a-f]{64}, ledger with \d+ entries, 1 deleted$/,
    );
    given.remove();
  });
});
