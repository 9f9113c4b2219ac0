import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { lockDataFolder } from "../../scripts/outside/data-folder.ts";
import { readBundle, restoreBundle } from "../../scripts/outside/git/bundle.ts";
import { systemRandom as random } from "../../scripts/outside/random.ts";
import { LEASE, takeLease } from "../../scripts/outside/service-lease.ts";
import { makeCampaign, type TestCampaign } from "../support/campaigns/local-campaign.ts";

let campaign: TestCampaign;
let folder: string;
beforeEach(async () => {
  campaign = await makeCampaign();
  folder = mkdtempSync(join(tmpdir(), "undersigned-lease-"));
});
afterEach(() => {
  campaign.remove();
  rmSync(folder, { recursive: true, force: true });
});

const ref = (name = LEASE) => campaign.repository.git("for-each-ref", "--format=%(objectname)", name);

/** Takes the lease from a data folder, as a start does that has its lock, and ends without a word at the end. */
async function take(name: string, pause: () => Promise<void> = async () => {}) {
  const dataDir = join(folder, name);
  mkdirSync(dataDir, { recursive: true });
  const lock = await lockDataFolder(dataDir);
  const said: string[] = [];
  const means = { random, say: (text: string) => void said.push(text), pause };
  const lease = await takeLease(campaign.host.repository, dataDir, means).finally(lock.release);
  return { ...lease, said };
}

it("goes over at once from a service that was killed in the same folder", async () => {
  const killed = await take("a");
  const next = await take("a", () => Promise.reject(new Error("it waits")));
  expect(next.said).toEqual([]);
  expect(await next.renew()).toBe(true);
  expect(await killed.renew()).toBe(false);
  expect(await killed.renew()).toBe(false);
  expect(await next.renew()).toBe(true);
});

it.each([
  ["at the last moment", (look: number) => look === 8],
  ["all the time", () => true],
])("is refused to a copy of the folder while it is renewed %s", async (_when, isRenewedAt) => {
  const first = await take("a");
  cpSync(join(folder, "a"), join(folder, "b"), { recursive: true });
  let looks = 0;
  const pause = async () => void (isRenewedAt(++looks) && (await first.renew()));
  await expect(take("b", pause)).rejects.toThrow("another service runs for this campaign");
  expect(await first.renew()).toBe(true);
});

it("goes over to another folder once it was not renewed for a while, and whoever comes back ends", async () => {
  const first = await take("a");
  const second = await take("b");
  expect(second.said).toEqual([expect.stringContaining("it is watched whether that one still runs")]);
  expect(await first.renew()).toBe(false);
  await first.release();
  expect(await second.renew()).toBe(true);
});

it("goes to one of two that wait for it", async () => {
  await take("gone");
  const [one] = await Promise.allSettled([take("a", () => take("a-was-first").then(() => {}))]);
  expect(one).toMatchObject({ status: "rejected" });
});

it("is refused to a copy of the whole folder, which was made while the service ran, unless it was moved", async () => {
  const first = await take("a");
  const copy = join(folder, "copy.git");
  cpSync(campaign.host.repository, copy, { recursive: true });
  const inCopy = (isMoved: boolean) => {
    mkdirSync(join(folder, "c"), { recursive: true });
    return takeLease(copy, join(folder, "c"), { random, say: () => {}, pause: async () => {}, isMoved });
  };
  await expect(inCopy(false)).rejects.toThrow("npm start -- --moved");
  const moved = await inCopy(true);
  expect([await moved.renew(), await first.renew()]).toEqual([true, true]);
});

it("need not be waited for when it was given back", async () => {
  await (await take("a")).release();
  expect(ref()).toBe("");
  const next = await take("b", () => Promise.reject(new Error("it waits")));
  expect(await next.renew()).toBe(true);
});

it("lives on when its repository was tidied up, or somebody removed the ref", async () => {
  const lease = await take("a");
  for (let round = 0; round < 2; round++) {
    campaign.repository.git("pack-refs", "--all");
    campaign.repository.git("gc", "--quiet", "--prune=now");
    expect(await lease.renew()).toBe(true);
  }
  campaign.repository.git("update-ref", "-d", LEASE);
  expect(await lease.renew()).toBe(true);
});

it("moves no branch, is nothing to accept, and is in no backup", async () => {
  const before = await campaign.host.refs();
  const lease = await take("a");
  await lease.renew();
  expect(await campaign.host.refs()).toBe(before);
  await restoreBundle(join(folder, "restored.git"), await readBundle(campaign.host.repository));
  const restored = campaign.repository.git("--git-dir", join(folder, "restored.git"), "for-each-ref");
  expect(restored).toContain("refs/heads/main");
  expect(restored).not.toContain(LEASE);
});
