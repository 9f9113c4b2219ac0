import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, readdirSync, renameSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type FatalGit, MOMENTS, makeFatalGit } from "../support/campaigns/fatal-git.ts";
import { makeWorkingFolder, run, TAG } from "../support/campaigns/handover.ts";
import { compiled } from "../support/compiled.ts";
import { fixedRandomness } from "../support/fixtures.ts";
import { root } from "../support/source.ts";
import { type CampaignToPurge, makeCampaignToPurge } from "./campaign-to-purge.ts";

// The real programs, killed with all that they have started. What every single step leaves is in purge-cuts.long.ts.
const KILLS = 8;

let campaign: CampaignToPurge;
let working: string;
let git: FatalGit;
beforeAll(async () => {
  campaign = await makeCampaignToPurge();
  working = makeWorkingFolder(campaign.folder);
  git = makeFatalGit();
});
afterAll(() => {
  git.remove();
  campaign.remove();
});

const told = () => ["--tag", TAG, "--receipt", campaign.receipt];

/** Runs it until the call of git at which it dies. */
async function purgeUntilKilled(dataDir: string): Promise<void> {
  const child = spawn(process.execPath, [join(root, "scripts/cli/purge.ts"), ...told()], {
    cwd: working,
    env: { ...compiled, PATH: git.path, DATA_DIR: dataDir },
    detached: true,
    stdio: "ignore",
  });
  await once(child, "exit");
}

async function startIsRefused(dataDir: string): Promise<void> {
  const started = await run("start", [], { DATA_DIR: dataDir, PORT: "0" }, working);
  expect(started).toMatchObject({ code: 1, stderr: expect.stringMatching(/^error: the purge of [^\n]+\n$/) });
  expect(started.stderr).toContain(`npm run purge -- --tag ${TAG} again`);
}

async function purgeEnds(dataDir: string, ...args: string[]): Promise<void> {
  const ended = await run("purge", args, { DATA_DIR: dataDir }, working);
  expect(ended, ended.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining("the ledger says so") });
  await campaign.assertEnded(dataDir);
}

it("a purge that is killed at a call of git ends well when it is run again, and until then nothing starts", async () => {
  const random = fixedRandomness("kills of a purge");
  git.cutAt(Number.MAX_SAFE_INTEGER, "before");
  await purgeUntilKilled(await campaign.copy());
  const calls = git.calls();
  for (let i = 0; i < KILLS; i++) {
    const dataDir = await campaign.copy();
    const call = 1 + Math.floor(((i + random(1)[0]! / 256) * calls) / KILLS);
    git.cutAt(call, MOMENTS[i % MOMENTS.length]!);
    await purgeUntilKilled(dataDir);
    letTimePass(dataDir);
    const begun = await campaign.lookAtCut(dataDir);
    if (begun) await startIsRefused(dataDir);
    // What was read to the organisers once is not asked for again.
    await purgeEnds(dataDir, ...(begun ? ["--tag", TAG] : told()));
  }
});

it("a purge that is killed between the two renames of the repository is gone on from", async () => {
  const dataDir = await campaign.copy();
  const original = await campaign.copy();
  const at = (name: string) => join(dataDir, name);
  // The first call of git that the new repository gets is the first after both renames.
  git.cutAt(Number.MAX_SAFE_INTEGER, "before");
  for (let call = 1; !isReplaced(dataDir); call++) {
    git.cutAt(call * 4, "before");
    await purgeUntilKilled(dataDir);
    letTimePass(dataDir);
  }
  renameSync(at("campaign.git"), at("campaign.git.fresh"));
  cpSync(join(original, "campaign.git"), at("campaign.git.old"), { recursive: true });
  await startIsRefused(dataDir);
  await purgeEnds(dataDir, "--tag", TAG);
});

function isReplaced(dataDir: string): boolean {
  return !existsSync(join(dataDir, "campaign.git/refs/tags", TAG));
}

/** A killed git leaves locks, which are taken away once they are old: here they are at once, as if somebody came later. */
function letTimePass(dataDir: string): void {
  const old = new Date(Date.now() - 60_000);
  for (const file of readdirSync(dataDir, { recursive: true, encoding: "utf8" }))
    if (file.endsWith(".lock")) utimesSync(join(dataDir, file), old, old);
}
