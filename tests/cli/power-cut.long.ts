import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { assertIntact } from "../../scripts/actions/intact-record.ts";
import { parseCampaign } from "../../scripts/letter/campaign.ts";
import { openKeys } from "../../scripts/outside/keys.ts";
import { readLetterFilesIn } from "../../scripts/outside/letter-files.ts";
import { campaignRepository } from "../../scripts/outside/local-git-host.ts";
import { readHead, readMainAt } from "../../scripts/outside/repository.ts";
import { openRepository } from "../support/repository.ts";
import { makeDataDir, removeDataDir, runCommand } from "../support/service.ts";
import { root } from "../support/source.ts";

let dataDir: string;
beforeEach(() => {
  dataDir = makeDataDir();
});
afterEach(() => removeDataDir(dataDir));

describe("acceptance that is killed, and git with it", () => {
  it("leaves a record that holds, whenever it happens, and goes on from there", async () => {
    const repository = campaignRepository(dataDir);
    await runCommand("seed", ["20"], { DATA_DIR: dataDir });
    const campaign = parseCampaign((await readLetterFilesIn(root)).get("content/campaign.yaml")!);
    const { ledger } = await openKeys(dataDir, campaign);
    let size = 0;
    for (let round = 0; round < 30; round++) {
      const child = spawn(process.execPath, ["scripts/cli/seed.ts", "2000"], {
        cwd: root,
        env: { PATH: process.env.PATH, DATA_DIR: dataDir },
        detached: true,
        stdio: "ignore",
      });
      const ended = once(child, "exit");
      await sleep(400 + round * 60);
      try {
        process.kill(-child.pid!, "SIGKILL");
      } catch {
        // It was done before.
      }
      await ended;
      const { record, settled } = await readMainAt(repository, await readHead(repository));
      assertIntact(record, ledger.verifier);
      expect(record.entries.length).toBeGreaterThanOrEqual(size);
      size = record.entries.length;
      // No sheet was merged twice.
      const merges = openRepository(repository)
        .log("main")
        .filter(({ message }) => message.includes("Sheet: "));
      expect(settled.sheets.size).toBe(merges.length);
    }
    expect(size).toBeGreaterThan(1000);
    expect(openRepository(repository).git("fsck", "--connectivity-only", "--no-dangling")).toBe("");
    // A lock of a killed git is taken away once it is a minute old.
    await sleep(61_000);
    const { code, stderr } = await runCommand("seed", ["20"], { DATA_DIR: dataDir });
    expect(stderr).not.toMatch(/error/);
    expect(code).toBe(0);
  });
});
