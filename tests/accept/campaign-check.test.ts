import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkCampaign, checkDays } from "../../scripts/accept/campaign-check.ts";
import { dayAfter } from "../../scripts/letter/bytes/day.ts";
import type { Stage } from "../../scripts/letter/ledger/signing.ts";
import { parseCampaign } from "../../scripts/letter/text/campaign.ts";
import { readSettings } from "../../scripts/outside/settings.ts";
import { makeCampaign, type TestCampaign } from "../support/campaigns/local-campaign.ts";
import { readLetterFile } from "../support/letters.ts";

const campaign = parseCampaign(readLetterFile("iran", "campaign.yaml"));
const days = { ...campaign, hand_over_by: "2027-04-30", destroy_by: "2027-06-30" };
const check = (today: string, stage: Stage = "gathering", real = true) => checkDays(days, stage, today, real);

describe("the days that the pages promise", () => {
  it("are named while there is time", () => {
    expect(check("2027-01-01")).toEqual([
      { what: "the day of the handover: 2027-04-30" },
      { what: "the day of the destruction: 2027-06-30" },
    ]);
  });

  it("are announced two weeks before, and not earlier", () => {
    expect(check(dayAfter("2027-04-30", -15))[0]?.soon).toBeUndefined();
    expect(check(dayAfter("2027-04-30", -14))[0]?.soon).toMatch(/^2027-04-30, within 14 days: .*npm run handover/);
    expect(check("2027-04-30")[0]).toMatchObject({ soon: expect.stringContaining("npm run handover") });
  });

  it("are red with the command once they are over and the ledger does not say that it was done", () => {
    const [handover, destruction] = check("2027-07-01");
    expect(handover?.mend).toMatch(/^2027-04-30 was promised \(hand_over_by\) and is over: run npm run handover/);
    expect(destruction?.mend).toMatch(/^2027-06-30 was promised \(destroy_by\) and is over: run npm run purge/);
    expect(check("2027-07-01", "handed_over").map(({ mend }) => mend)).toEqual([destruction?.mend]);
    expect(check("2027-07-01", "destroyed").every(({ mend, soon }) => !mend && !soon)).toBe(true);
  });

  it("must be set where real people sign, and may be missing in a trial", () => {
    for (const { mend } of checkDays(campaign, "gathering", "2026-12-01", true))
      expect(mend).toMatch(/^content\/campaign\.yaml names no (hand_over_by|destroy_by): /);
    for (const { mend } of checkDays(campaign, "gathering", "2026-12-01", false)) expect(mend).toBeUndefined();
  });
});

describe("what the doctor says of the campaign", () => {
  let local: TestCampaign;
  beforeAll(async () => {
    local = await makeCampaign();
  });
  afterAll(() => local.remove());
  const look = (env: Record<string, string>) =>
    checkCampaign(readSettings({ DATA_DIR: local.folder, ...env }), "2026-12-01");

  it("is no fault in a trial", async () => {
    const [told, ...rest] = await look({});
    expect(told?.what).toContain("not told yet (responsible in content/campaign.yaml)");
    expect([told, ...rest].filter((finding) => finding?.mend)).toEqual([]);
  });

  it("is red where real people sign: nobody named, no days", async () => {
    const mends = (await look({ SITE_URL: "https://letter.amnesty.net" })).map(({ mend }) => mend);
    expect(mends).toEqual([
      expect.stringContaining("content/campaign.yaml: responsible: "),
      ...["source", "contact", "ledger_origin"].map((field) =>
        expect.stringContaining(`content/campaign.yaml: ${field}: `),
      ),
      expect.stringContaining("hand_over_by"),
      expect.stringContaining("destroy_by"),
    ]);
  });

  it("says to begin again where a trial has begun a ledger under the template's name", async () => {
    const mendIn = async (DATA_DIR: string) =>
      (await look({ SITE_URL: "https://letter.amnesty.net", DATA_DIR })).find(({ what }) => what === "ledger_origin")
        ?.mend;
    expect(await mendIn(join(local.folder, "new"))).toMatch(/write the name of your site$/);
    expect(await mendIn(local.folder)).toContain("set DATA_DIR to a new folder");
  });

  it("is red for each setting that is still an example's", async () => {
    const env = { SITE_URL: "https://letter.example.org", SERVICE_URL: "https://sign.amnesty.net" };
    const found = (await look(env)).filter(({ mend }) => mend?.includes("an example"));
    expect(found.map(({ what }) => what)).toEqual(["SITE_URL"]);
  });
});
