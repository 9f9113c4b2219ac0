import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStore } from "../../../scripts/form-service/store/schema.ts";
import { invent, vkey } from "../../letter/invented.ts";
import {
  type Ended,
  fillVault,
  type HandoverCampaign,
  makeHandoverCampaign,
  makeWorkingFolder,
  run,
  TAG,
} from "../../support/campaigns/handover.ts";
import { findCanaries } from "../../support/canaries.ts";
import { compiled } from "../../support/compiled.ts";
import { root } from "../../support/source.ts";

const people = Array.from({ length: 8 }, (_, i) => invent(i));
const [first, second, third] = people as [(typeof people)[0], (typeof people)[0], (typeof people)[0]];
let campaign: HandoverCampaign;
let working: string;
let place: Record<string, string>;
beforeAll(async () => {
  campaign = await makeHandoverCampaign(people);
  working = makeWorkingFolder(campaign.folder);
  writeFileSync(join(working, "content/campaign.yaml"), campaignYaml());
  place = { DATA_DIR: campaign.dataDir };
  campaign.repository.commit("main", "names stay", { "content/campaign.yaml": campaignYaml() });
  await fillVault(campaign, people);
});
afterAll(() => campaign.remove());

const command = (name: string, ...args: string[]) => run(name, args, place, working);
const indexOf = ({ row }: (typeof people)[0]) => {
  const lines = campaign.repository.read("main", "signatures/accepted/000.md").toString("utf8").split("\n");
  return /^\| (\d+) \|/.exec(lines.find((line) => line.includes(row.opening))!)![1]!;
};
const vaultOf = async () => {
  const store = await openStore({ kind: "sqlite", path: join(campaign.dataDir, "service.db") });
  const rows = await store.query.selectFrom("vault").select("id").execute();
  await store.close();
  return new Set(rows.map(({ id }) => id));
};
const verified = async (place: string) =>
  (await run("verify", [join(campaign.dataDir, place), "--vkey", vkey], {})).stdout.trim().split("\n").at(-1);
const log = () => readFileSync(join(campaign.dataDir, "requests.log"), "utf8").replace(/^\S+/gm, "DAY");

/** Runs `npm run access` with a code on standard input. */
async function access(code: string, ...args: string[]): Promise<Ended> {
  const env = { ...compiled, PATH: process.env.PATH, ...place };
  const child = spawn(process.execPath, [join(root, "scripts/cli/access.ts"), ...args], { env, cwd: working });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (some) => {
    stdout += some;
  });
  child.stderr.on("data", (some) => {
    stderr += some;
  });
  child.stdin.end(`${code}\n`);
  const [ended] = (await once(child, "close")) as [number];
  return { code: ended, stdout, stderr };
}

describe("the commands for requests", () => {
  it("ask before a row is removed, and change nothing without a yes", async () => {
    const before = campaign.repository.git("rev-parse", "main");
    const ended = await command("remove", indexOf(first));
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringMatching(/^error: not confirmed[^\n]+\n$/) });
    expect(ended.stdout).toContain(first.row.name);
    expect(campaign.repository.git("rev-parse", "main")).toBe(before);
    expect(existsSync(join(campaign.dataDir, "requests.log"))).toBe(false);
  });

  it("take the row off list, site and vault, once", async () => {
    const index = indexOf(first);
    const ended = await command("remove", index, "--yes");
    expect(ended, ended.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining("which has 7 rows now") });
    expect(await vaultOf()).toEqual(new Set(people.slice(1).map(({ row }) => row.id)));
    expect(await verified("site")).toContain("ok: 8 accepted, 1 withdrawn, 7 listed");
    expect(findCanaries([first.row.opening], [join(campaign.dataDir, "builds")])).toEqual([]);
    const again = await command("remove", index, "--yes");
    expect(again).toMatchObject({
      code: 1,
      stderr: `error: row ${index} has left the list already; nothing was changed\n`,
    });
    expect(log()).toBe("DAY remove done\n");
  });

  it("answer a code with the sealed record, which age's own keys open, and log neither name nor code", async () => {
    const out = join(campaign.folder, "answer");
    const ended = await access(` ${second.withdrawalCode.toLowerCase()} `, "--out", out);
    expect(ended, ended.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining("on main accepted") });
    for (const secret of [second.withdrawalCode, second.row.id, second.contact.email])
      expect(ended.stdout + ended.stderr).not.toContain(secret);
    const custodian = join(campaign.dataDir, "demo-custodian");
    const key = join(custodian, readdirSync(custodian).find((name) => name.endsWith(".key"))!);
    const opened = await access("", "--open", join(out, "record.age"), "--identity", key, "--out", out);
    expect(opened, opened.stderr).toMatchObject({ code: 0 });
    expect(JSON.parse(readFileSync(join(out, "record.json"), "utf8"))).toMatchObject({ email: second.contact.email });
    const nobody = await access("0".repeat(26), "--out", join(campaign.folder, "nobody"));
    expect(nobody).toMatchObject({ code: 1, stderr: expect.stringContaining("nothing is held here under this code") });
    expect(log()).toBe("DAY remove done\nDAY access done\nDAY access nothing-found\n");
  });

  it("remove a row after handover and purge too, while names are public, and make no database for it", async () => {
    const out = join(campaign.folder, "out");
    expect(await command("handover", "--tag", TAG, "--out", out)).toMatchObject({ code: 0 });
    const made = await command("handover-contacts", "--tag", TAG, "--out", out, "--json");
    const receipt = Buffer.from(JSON.parse(made.stdout).digest, "base64url").toString("hex");
    const purged = await command("purge", "--tag", TAG, "--receipt", receipt);
    expect(purged, purged.stderr).toMatchObject({ code: 0 });
    const index = indexOf(third);
    const ended = await command("remove", index, "--yes");
    expect(ended, ended.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining("6 rows now") });
    expect(await verified("site")).toContain("ok: 8 accepted, 2 withdrawn, 6 listed");
    // Bags, builds, and what the purge left for a fresh repository. In the history it is until it is erased.
    const kept = findCanaries([third.row.opening], [campaign.dataDir, out]);
    expect(kept.filter(({ where }) => !where.includes("/campaign.git "))).toEqual([]);
    expect(existsSync(join(campaign.dataDir, "service.db"))).toBe(false);
    const left = await access(second.withdrawalCode, "--out", join(campaign.folder, "after"));
    expect(left, left.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining("no contact record is held") });
    expect(existsSync(join(campaign.dataDir, "service.db"))).toBe(false);
    const gone = await access(third.withdrawalCode, "--out", join(campaign.folder, "gone"));
    expect(gone.code).toBe(1);
  });
});

function campaignYaml(): string {
  return readFileSync(join(root, "content/campaign.yaml"), "utf8").replace(/^after_purge: .*$/m, "after_purge: names");
}
