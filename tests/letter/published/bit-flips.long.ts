import { describe, expect, inject, it } from "vitest";
import { fixedRandomness } from "../../support/fixtures.ts";
import { inventedCampaign, siteOf } from "../invented.ts";
import { unnoticedFlips } from "./bit-flips.ts";

describe("one changed bit among 10,000", () => {
  it.each([
    ["a small letter", 3, 8, 9_600],
    ["a letter with several files of the list", 7, 45, 400],
  ])("is found in every file of %s, and the file is named", async (_what, sheets, rowsEach, rounds) => {
    const site = siteOf(inventedCampaign(sheets, rowsEach).main.record);
    expect(await unnoticedFlips(site, rounds, fixedRandomness(`bits ${inject("seed")}`))).toEqual([]);
  });
});
