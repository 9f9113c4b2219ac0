import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { EMPTY_RECORD } from "../../../scripts/letter/signature/record.ts";
import { readRecordAt, readRecordIn } from "../../../scripts/outside/git/record-at.ts";
import { invent, sheetOf, withdrawalsOf } from "../../letter/invented.ts";
import { makeCampaign, type TestCampaign } from "../../support/campaigns/local-campaign.ts";

let campaign: TestCampaign;
beforeEach(async () => {
  campaign = await makeCampaign();
});
afterEach(() => campaign.remove());

describe("the record", () => {
  it("is the same from a commit, from a checkout of it, and from the hands of accept", async () => {
    await campaign.pass(
      sheetOf(
        1,
        Array.from({ length: 600 }, (_, i) => invent(i).row),
      ),
    );
    const { main } = await campaign.pass(withdrawalsOf(2, [invent(7).row.id, invent(300).row.id]));
    const folder = join(campaign.folder, "checkout");
    for (const path of campaign.repository.list("main")) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), campaign.repository.read("main", path));
    }
    expect(main.record.rows).toHaveLength(598);
    expect(await readRecordAt(campaign.repository.path, main.commit)).toEqual(main.record);
    expect(await readRecordIn(folder)).toEqual(main.record);
  });

  it("is empty where there is none", async () => {
    expect(await readRecordIn(join(campaign.folder, "nowhere"))).toEqual(EMPTY_RECORD);
  });

  it("is not read from a symlink, which could lead out of the repository", async () => {
    const [tree] = campaign.repository.git("ls-tree", "main", "signatures/ledger/checkpoint").split("\t");
    const link = `120000 blob ${tree!.split(" ")[2]}\tcheckpoint\n`;
    expect(link).toMatch(/^120000/);
    const env = { ...process.env, GIT_DIR: campaign.repository.path };
    const ledger = execFileSync("git", ["mktree"], { input: link, env, encoding: "utf8" }).trim();
    const signatures = execFileSync("git", ["mktree"], {
      input: `040000 tree ${ledger}\tledger\n`,
      env,
      encoding: "utf8",
    });
    const top = execFileSync("git", ["mktree"], {
      input: `040000 tree ${signatures.trim()}\tsignatures\n`,
      env,
      encoding: "utf8",
    });
    const identity = ["-c", "user.name=x", "-c", "user.email=x@example.org"];
    const commit = execFileSync("git", [...identity, "commit-tree", "-m", "x", top.trim()], { env, encoding: "utf8" });
    expect((await readRecordAt(campaign.repository.path, commit.trim())).checkpoint).toBeUndefined();
  });
});
