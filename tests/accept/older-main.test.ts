import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { assertGoesOn, readCheckpointNow, rootsOf } from "../../scripts/accept/live-checkpoint.ts";
import { openLocalCampaign } from "../../scripts/accept/local-campaign.ts";
import { seedCampaign } from "../../scripts/accept/seed.ts";
import { makeDatabase } from "../../scripts/form-service/store/campaign-database.ts";
import { type PublicKeys, publishedFiles } from "../../scripts/letter/published/files.ts";
import type { CampaignRecord } from "../../scripts/letter/signature/record.ts";
import { systemRandom } from "../../scripts/outside/random.ts";
import { inventedCampaign, ledger } from "../letter/invented.ts";
import { openRepository } from "../support/campaigns/repository.ts";

// The disk of a campaign was put back: its main is older than what its database has seen and its site has shown.

describe("no command signs what comes next", () => {
  let dataDir: string;
  let record: CampaignRecord;
  let keys: PublicKeys;
  const database = () => ({ kind: "sqlite", path: join(dataDir, "service.db") }) as const;
  const repository = () => join(dataDir, "campaign.git");
  const open = () => openLocalCampaign("make");
  const rollBack = () => openRepository(repository()).git("update-ref", "refs/heads/main", "refs/heads/main^1");
  const publish = () => {
    for (const [path, content] of publishedFiles(record, keys)) {
      mkdirSync(dirname(join(dataDir, "site", path)), { recursive: true });
      writeFileSync(join(dataDir, "site", path), content);
    }
  };

  beforeEach(async () => {
    dataDir = mkdtempSync(join(tmpdir(), "undersigned-older-main-"));
    process.env.DATA_DIR = dataDir;
    const campaign = await open();
    await seedCampaign(campaign, 1, systemRandom, () => {});
    ({ record } = await campaign.host.readMain());
    keys = campaign.keys.publicKeys;
    await makeDatabase({ database: database() }, record, keys.attestation);
  });
  afterEach(() => {
    delete process.env.DATA_DIR;
    rmSync(dataDir, { recursive: true, force: true });
  });

  it("when main is older than the database, although the site is gone; nor without the repository or beside another database", async () => {
    await expect(open()).resolves.toBeDefined();
    rollBack();
    await expect(open()).rejects.toThrow(
      /main has 1 entries, and the form service's database knows 3: .*--by-database --site/,
    );
    rmSync(repository(), { recursive: true });
    await expect(open()).rejects.toThrow(/campaign\.git is missing, .* --by-database --site/);
    expect(existsSync(repository())).toBe(false);
    rmSync(database().path);
    await makeDatabase({ database: database() }, { entries: [] }, "A".repeat(43));
    await expect(open()).rejects.toThrow("belongs to another campaign");
  });

  it("when main is older than the site, whatever became of the database; a site is enough to moderate by", async () => {
    publish();
    writeFileSync(database().path, "no database".repeat(100));
    await expect(open()).resolves.toBeDefined();
    rollBack();
    await expect(open()).rejects.toThrow(/main has 1 entries, and the published site knows 3: .*--by-database --site/);
    rmSync(join(dataDir, "site"), { recursive: true });
    await expect(open()).rejects.toThrow("the database cannot be read");
  });
});

describe("a start beside a site elsewhere", () => {
  const { main, checkpoints } = inventedCampaign(2, 3);
  const { entries, checkpoint } = main.record;
  const { verifier } = ledger;
  const goesOn = (of: readonly string[], live: string | undefined) => () =>
    assertGoesOn(rootsOf(of), { live }, verifier, "wait");

  it("goes on from a main that is as long as what was published, or longer", () => {
    for (const live of [...checkpoints, undefined]) expect(goesOn(entries, live)).not.toThrow();
    expect(goesOn(entries.slice(0, -1), checkpoint)).toThrow("the published site knows");
    expect(goesOn([...entries.slice(0, -1), entries[0]!, entries[0]!], checkpoint)).toThrow("main has other entries");
  });

  it.each([
    ["the checkpoint of the ledger", 200, checkpoint!, true],
    ["one of another key", 200, checkpoint!.replace(/.{8}\n$/, "AAAAAAA=\n"), false],
    ["a page that sells the domain", 200, "<h1>For sale</h1>", false],
    ["nothing that helps", 502, checkpoint!, false],
  ])("takes %s from the site for what it is, and waits for nothing else", async (_what, status, body, counts) => {
    const server = createServer((_request, answer) => answer.writeHead(status).end(body)).listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect(await readCheckpointNow(url, verifier)).toBe(counts ? checkpoint : undefined);
    server.close();
    expect(await readCheckpointNow(url, verifier)).toBeUndefined();
  });
});
