import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { assertIntact } from "../../scripts/accept/record/intact-record.ts";
import { claimDatabase } from "../../scripts/form-service/store/campaign-database.ts";
import { withStore } from "../../scripts/form-service/store/schema.ts";
import { parseVkey } from "../../scripts/letter/ledger/note.ts";
import { countRecord } from "../../scripts/letter/signature/record.ts";
import { parseCampaign } from "../../scripts/letter/text/campaign.ts";
import { lockDataFolder } from "../../scripts/outside/data-folder.ts";
import { readLetterFilesIn } from "../../scripts/outside/git/letter-files.ts";
import { campaignRepository } from "../../scripts/outside/git/local-host.ts";
import { readHead, readMainAt } from "../../scripts/outside/git/repository.ts";
import { openKeys } from "../../scripts/outside/seal/keys.ts";
import { readSettings } from "../../scripts/outside/settings.ts";
import { makeDataDir, removeDataDir, runCommand } from "../support/servers/service.ts";
import { root } from "../support/source.ts";

let dataDir: string;
beforeEach(() => {
  dataDir = makeDataDir();
});
afterEach(() => removeDataDir(dataDir));

const seed = (...args: string[]) => runCommand("seed", args, { DATA_DIR: dataDir });

describe("seed", () => {
  it("makes a list of every kind of signature, some refused and some withdrawn, with a record that holds", async () => {
    const { stdout, code } = await seed("1100");
    expect(code).toBe(0);
    expect(stdout).toBe("accepted 1073, refused 27, withdrawn 22\nthe list has 1051 signatures\n");
    const repository = campaignRepository(dataDir);
    const { record, settled } = await readMainAt(repository, await readHead(repository));
    const totals = countRecord(record);
    expect(totals).toMatchObject({ accepted: 1073, withdrawn: 22, listed: 1051 });
    for (const count of Object.values(totals.shown)) expect(count).toBeGreaterThan(0);
    expect(settled.refused.size).toBe(27);
    expect(record.rows.some((row) => /\p{Script=Arabic}/u.test(row.name))).toBe(true);
    expect(record.rows.some((row) => /\p{Script=Latin}/u.test(row.name))).toBe(true);
    const campaign = parseCampaign((await readLetterFilesIn(root)).get("content/campaign.yaml")!);
    const { publicKeys } = await openKeys(dataDir, campaign);
    assertIntact(record, parseVkey(publicKeys.ledger));
    // A start goes on, although none of these people is in its database.
    const { database } = readSettings({ DATA_DIR: dataDir });
    const { attestation } = publicKeys;
    await withStore(database, (store) => claimDatabase(store, record, { attestation, isNew: false }));
  });

  it("goes on from what is there, and commands work on that database and no other", async () => {
    await seed("30");
    expect((await seed("30")).stdout).toContain("the list has 58 signatures");
    expect(await runCommand("pause", ["off"], { DATA_DIR: dataDir })).toMatchObject({ code: 0 });
    const elsewhere = join(dataDir, "elsewhere.db");
    const settings = { DATA_DIR: dataDir, DATABASE_URL: `sqlite:${elsewhere}` };
    const ended = await runCommand("pause", ["آری", "yes"], settings);
    expect(ended).toMatchObject({ code: 1, stdout: "" });
    expect(ended.stderr).toMatch(/^error: there is no database of a form service at [^\n]+: set DATABASE_URL[^\n]+\n$/);
    expect(existsSync(elsewhere)).toBe(false);
    const started = await runCommand("start", [], settings);
    expect(started.stderr).toMatch(
      /^error: there is no database at [^\n]+, and main or an open sheet has signatures: [^\n]+\n$/m,
    );
    expect(started.code).toBe(1);
  });

  it.each([[], ["0"], ["-1"], ["many"], ["1", "2"]])("answers %j with how to call it", async (...args) => {
    const { stderr, code } = await seed(...args.filter(Boolean));
    expect(stderr).toMatch(/usage: npm run seed -- N/);
    expect(code).toBe(1);
  });

  it("does nothing while the service runs", async () => {
    const lock = await lockDataFolder(dataDir);
    const { stderr, code } = await seed("1");
    lock.release();
    expect(stderr).toMatch(/^error: another program works in this data folder/);
    expect(code).toBe(1);
  });
});
