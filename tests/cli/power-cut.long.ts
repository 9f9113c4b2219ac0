import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, inject, it } from "vitest";
import { assertIntact } from "../../scripts/accept/record/intact-record.ts";
import { parseCampaign } from "../../scripts/letter/text/campaign.ts";
import { readLetterFilesIn } from "../../scripts/outside/git/letter-files.ts";
import { campaignRepository, LOCAL_MODERATOR, openLocalGitHost } from "../../scripts/outside/git/local-host.ts";
import { readHead, readMainAt } from "../../scripts/outside/git/repository.ts";
import { openKeys } from "../../scripts/outside/seal/keys.ts";
import { type FatalGit, MOMENTS, makeFatalGit } from "../support/campaigns/fatal-git.ts";
import { openRepository } from "../support/campaigns/repository.ts";
import { fixedRandomness } from "../support/fixtures.ts";
import { makeDataDir, removeDataDir, runCommand } from "../support/servers/service.ts";
import { root } from "../support/source.ts";

let dataDir: string;
let git: FatalGit;
beforeEach(() => {
  dataDir = makeDataDir();
  git = makeFatalGit();
});
afterEach(() => {
  removeDataDir(dataDir);
  git.remove();
});

describe("acceptance that is killed, and git with it", () => {
  it("leaves a record that holds, at whatever call of git it happens, and goes on from there", async () => {
    const random = fixedRandomness(`power cuts ${inject("seed")}`);
    const repository = campaignRepository(dataDir);
    git.cutAt(Number.MAX_SAFE_INTEGER, "before");
    const whole = await runCommand("seed", ["120"], { DATA_DIR: dataDir, PATH: git.path });
    expect(whole.code).toBe(0);
    const most = git.calls();
    const campaign = parseCampaign((await readLetterFilesIn(root)).get("content/campaign.yaml")!);
    const { ledger } = await openKeys(dataDir, campaign);
    let [size, rounds, grown, idle] = [0, 0, 0, 0];
    const [interrupted, resumed] = [new Set<string>(), new Set<string>()];
    const soFar = () => JSON.stringify({ rounds, calls: most, grown, resumed: resumed.size, size });
    // Until enough rounds got somewhere before they were cut, and enough sheets were accepted only after a cut.
    while (grown < 20 || resumed.size < 20 || size < 1000) {
      // One round in three gets nowhere; twenty on end mean that something is stuck.
      if (++rounds > 150 || idle > 20) throw new Error(`too little came of it: ${soFar()}`);
      const moment = MOMENTS[rounds % MOMENTS.length]!;
      git.cutAt(1 + (Buffer.from(random(2)).readUInt16BE() % most), moment);
      await seedUntilCut();
      const { record, settled } = await readMainAt(repository, await readHead(repository));
      assertIntact(record, ledger.verifier);
      expect(record.entries.length).toBeGreaterThanOrEqual(size);
      idle = record.entries.length > size ? 0 : idle + 1;
      if (idle === 0) grown++;
      size = record.entries.length;
      // No sheet was merged twice.
      const opened = openRepository(repository);
      const merges = opened.log("main").filter(({ message }) => message.includes("Sheet: "));
      expect(settled.sheets.size).toBe(merges.length);
      for (const sheet of settled.sheets) if (interrupted.has(sheet)) resumed.add(sheet);
      for (const name of opened.branches()) {
        const sheet = name.replace("pending/", "");
        if (!settled.sheets.has(sheet)) interrupted.add(sheet);
      }
      letTimePass(repository);
      await approveAll(repository);
    }
    console.log(`power cuts: ${soFar()}`);
    expect(openRepository(repository).git("fsck", "--connectivity-only", "--no-dangling")).toBe("");
    const { code, stderr } = await runCommand("seed", ["20"], { DATA_DIR: dataDir });
    expect(stderr).not.toMatch(/error/);
    expect(code).toBe(0);
    expect(openRepository(repository).branches()).toEqual(["main"]);
  });
});

async function seedUntilCut(): Promise<void> {
  const child = spawn(process.execPath, ["scripts/cli/seed.ts", "120"], {
    cwd: root,
    env: { PATH: git.path, DATA_DIR: dataDir },
    detached: true,
    stdio: "ignore",
  });
  await once(child, "exit");
}

/** Approves what was cut between its filing and its review: else every round would read more and more that waits. */
async function approveAll(repository: string): Promise<void> {
  const day = new Date().toISOString().slice(0, 10);
  const host = await openLocalGitHost(repository, { folder: root, day });
  for (const { sheet, commit, acts } of await host.openSheets()) {
    if (acts.length > 0) continue;
    await host.review(sheet, { by: LOCAL_MODERATOR, state: "approved", commit, body: "" }, day);
  }
}

/** A killed git leaves locks, which are taken away once they are old: here they are at once, as if somebody started late. */
function letTimePass(repository: string): void {
  const old = new Date(Date.now() - 60_000);
  for (const file of readdirSync(repository, { recursive: true, encoding: "utf8" })) {
    if (file.endsWith(".lock")) utimesSync(join(repository, file), old, old);
  }
}
