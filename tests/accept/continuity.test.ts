import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { acceptAll } from "../../scripts/accept/acceptance.ts";
import { invent, sheetOf } from "../letter/invented.ts";
import { makeCampaign, type TestCampaign } from "../support/campaigns/local-campaign.ts";

// The world has seen two sheets; then main is another.
let campaign: TestCampaign;
let seen: string;
let [first, second] = ["", ""];
beforeEach(async () => {
  campaign = await makeCampaign();
  await campaign.pass(sheetOf(1, [invent(1).row, invent(2).row]));
  first = campaign.repository.git("rev-parse", "main");
  await campaign.pass(sheetOf(2, [invent(3).row]));
  second = campaign.repository.git("rev-parse", "main");
  seen = campaign.repository.read("main", "signatures/ledger/checkpoint").toString("utf8");
});
afterEach(() => campaign.remove());

const accept = () => acceptAll({ ...campaign.acceptor, live: async () => seen });
const approve = async (number: number) => {
  const sheet = sheetOf(number, [invent(number * 10).row]);
  await campaign.file(sheet);
  await campaign.review(sheet.sheet, {});
};
const main = () => campaign.repository.git("rev-parse", "main");

describe("no checkpoint is signed that contradicts one that the world has seen", () => {
  it("when main was rolled back", async () => {
    campaign.repository.git("update-ref", "refs/heads/main", first);
    await approve(3);
    await expect(accept()).rejects.toThrow("shorter than the one the world has seen");
    expect(main()).toBe(first);
  });

  it("when a merge was reverted by a commit", async () => {
    const paths = campaign.repository.git("diff", "--name-only", first, second).split("\n");
    const there = campaign.repository.list(first);
    const before = paths.map((path) => [
      path,
      there.includes(path) ? campaign.repository.read(first, path) : undefined,
    ]);
    const reverted = campaign.repository.commit("main", "revert", Object.fromEntries(before));
    await approve(3);
    await expect(accept()).rejects.toThrow("shorter than the one the world has seen");
    expect(main()).toBe(reverted);
  });

  it("when another history of the same ledger was pushed in its place", async () => {
    campaign.repository.git("update-ref", "refs/heads/main", first);
    // Signed by the right key, as by a second machine with a copy of it, and longer than what the world has seen.
    await campaign.pass(sheetOf(4, [invent(40).row, invent(41).row, invent(42).row]));
    const forked = main();
    await approve(5);
    await expect(accept()).rejects.toThrow("another than the one the world has seen");
    expect(main()).toBe(forked);
  });

  it("and goes on when main is what the world has seen, or more", async () => {
    await approve(3);
    const { outcomes } = await accept();
    expect(outcomes).toMatchObject([{ state: "accepted" }]);
    await approve(6);
    expect((await accept()).outcomes).toMatchObject([{ state: "accepted" }]);
  });
});
