import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { readBundle, restoreBundle } from "../../../scripts/outside/git/bundle.ts";
import { rewriteHistory } from "../../../scripts/outside/git/rewrite.ts";
import { makeCampaign, type TestCampaign } from "../../support/campaigns/local-campaign.ts";

let campaign: TestCampaign;
let folder: string;
beforeEach(async () => {
  campaign = await makeCampaign();
  folder = mkdtempSync(join(tmpdir(), "undersigned-bundle-"));
});
afterEach(() => {
  campaign.remove();
  rmSync(folder, { recursive: true, force: true });
});

const refsOf = (repository: string) =>
  campaign.repository.git("--git-dir", repository, "for-each-ref", "--format=%(refname)").split("\n").filter(Boolean);

/** What a disk does to the branches of sheets. */
const damages: readonly [string, (repository: string) => void][] = [
  ["an empty ref", (repository) => writeFileSync(join(repository, "refs/heads/pending/broken"), "")],
  [
    "a ref to an object that is lost",
    (repository) => writeFileSync(join(repository, "refs/heads/pending/broken"), `${"1".repeat(40)}\n`),
  ],
];

it.each(damages)("a backup and an erasure leave %s out, and have the rest", async (_, damage) => {
  const { path } = campaign.repository;
  campaign.repository.git("update-ref", "refs/heads/pending/sound", "main");
  mkdirSync(join(path, "refs/heads/pending"), { recursive: true });
  damage(path);
  const [restored, erased] = [join(folder, "restored.git"), join(folder, "erased.git")];
  await restoreBundle(restored, await readBundle(path));
  expect(refsOf(restored)).toEqual(["refs/heads/main", "refs/heads/pending/sound"]);
  await rewriteHistory(path, erased, (bytes) => bytes);
  expect(refsOf(erased)).toEqual(["refs/heads/main", "refs/heads/pending/sound"]);
});

it("a damaged main is no backup", async () => {
  campaign.repository.git("pack-refs", "--all");
  writeFileSync(join(campaign.repository.path, "refs/heads/main"), `${"1".repeat(40)}\n`);
  await expect(readBundle(campaign.repository.path)).rejects.toThrow();
});
