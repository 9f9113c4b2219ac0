import { execFileSync } from "node:child_process";
import { appendFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseCampaign } from "../../scripts/letter/text/campaign.ts";
import { campaignRepository, openLocalGitHost } from "../../scripts/outside/git/local-host.ts";
import { readHead, readMainAt } from "../../scripts/outside/git/repository.ts";
import { openKeys } from "../../scripts/outside/seal/keys.ts";
import { compiled } from "../support/compiled.ts";
import { contentOf } from "../support/letters.ts";
import { root } from "../support/source.ts";

let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "undersigned-edition-"));
  cpSync(await contentOf("iran"), join(folder, "content"), { recursive: true });
  symlinkSync(join(root, "scripts"), join(folder, "scripts"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function edition(): string[] {
  const program = join(root, "scripts/cli/edition.ts");
  const env = { ...compiled, PATH: process.env.PATH, DATA_DIR: join(folder, "data") };
  return execFileSync(process.execPath, [program], { cwd: folder, env, encoding: "utf8", stdio: "pipe" })
    .trimEnd()
    .split("\n");
}

/** A campaign begins when the service first starts: no other command makes one of a mistyped DATA_DIR. */
async function begin(): Promise<void> {
  const repository = campaignRepository(join(folder, "data"));
  mkdirSync(join(folder, "signatures"));
  cpSync(join(root, "signatures/README.md"), join(folder, "signatures/README.md"));
  const campaign = parseCampaign(readFileSync(join(folder, "content/campaign.yaml"), "utf8"));
  await openKeys(join(folder, "data"), campaign);
  await openLocalGitHost(repository, { folder, day: "2026-11-24" });
}

describe("edition", () => {
  it("makes no campaign where there is none", () => {
    expect(edition).toThrow(/error: no campaign in this data folder yet: run npm start, or set DATA_DIR\n$/);
    expect(existsSync(join(folder, "data"))).toBe(false);
  });

  it("puts a changed letter on the ledger once, beside the old one", async () => {
    await begin();
    const [, first] = edition();
    expect(edition()).toEqual([first!.replace("new", "old"), `${first} (the letter has not changed)`]);
    appendFileSync(join(folder, "content/en/letter.md"), "\nOne more sentence.\n");
    const [old, changed] = edition();
    expect(old).toBe(first!.replace("new", "old"));
    expect(changed).not.toBe(first);

    const repository = campaignRepository(join(folder, "data"));
    const { record } = await readMainAt(repository, await readHead(repository));
    const editions = [first, changed].map((line) => line!.replace("new edition ", ""));
    expect(record.entries).toEqual(editions.map((one) => `undersigned/v1 letter ${one}`));
    expect(record.editions.get(editions[1]!)?.get("en")).toContain("One more sentence.");
    expect(record.editions.get(editions[0]!)?.get("en")).not.toContain("One more sentence.");
  });
});
