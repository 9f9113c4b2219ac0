import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { approvalOf, rejectionOf, reviewSheet, type Verdict } from "../../scripts/accept/local-review.ts";
import { readReviewDesk } from "../../scripts/accept/open-sheets.ts";
import { formatReviewedRows, formatReviewJson, formatReviewList } from "../../scripts/accept/review-list.ts";
import { seedCampaign } from "../../scripts/accept/seed.ts";
import type { Sheet } from "../../scripts/letter/signature/sheet.ts";
import { invent, service, sheetOf, withdrawalsOf } from "../letter/invented.ts";
import { day, makeCampaign, type TestCampaign } from "../support/campaigns/local-campaign.ts";
import { fixedRandomness } from "../support/fixtures.ts";

let campaign: TestCampaign;
beforeEach(async () => {
  campaign = await makeCampaign();
});
afterEach(() => campaign.remove());

const rows = [0, 1, 2].map((number) => invent(number).row);
const sheet = sheetOf(1, rows);

/** The only open sheet, as its moderator sees it. */
async function reviewed(open: Sheet) {
  await campaign.file(open);
  const desk = await readReviewDesk(campaign);
  return { desk, one: desk.sheets[0]! };
}

describe("a moderator on this machine", () => {
  it("sees the sheets that wait, and the rows of one", async () => {
    expect(formatReviewList(await readReviewDesk(campaign))).toBe("no sheet waits for review\n");
    const { desk, one } = await reviewed(sheet);
    expect(formatReviewList(desk)).toMatch(new RegExp(`\\n${sheet.sheet}  signatures  3 `));
    const text = formatReviewedRows(one);
    expect(text).toContain(`sheet ${sheet.sheet}, signatures, rows: 3, `);
    for (const { id } of rows) expect(text).toContain(id);
  });

  it("approves a sheet and refuses one of its rows, named by its first characters", async () => {
    const { desk, one } = await reviewed(sheet);
    const refused = rows[1]!.id;
    const approval = approvalOf(one, [`${refused.slice(0, 10)}:advert`]);
    expect(approval).toEqual({ state: "approved", body: `refuse ${refused} advert` });
    expect(await reviewSheet({ ...campaign, day }, desk, one, approval)).toEqual([
      "accepted 2, refused 1, left out as withdrawn 0",
      "the list has 2 signatures",
      expect.stringMatching(/^checkpoint \d+ /),
    ]);
    expect((await readReviewDesk(campaign)).sheets).toEqual([]);
  });

  it("rejects a whole sheet", async () => {
    const { desk, one } = await reviewed(sheet);
    const rejection = rejectionOf(one, "fake-name");
    expect(rejection).toEqual({ state: "commented", body: "reject fake-name" });
    const [first] = await reviewSheet({ ...campaign, day }, desk, one, rejection);
    expect(first).toBe("accepted 0, refused 3, left out as withdrawn 0");
  });

  it("is told when the words of a review hold the sheet back", async () => {
    const { desk, one } = await reviewed(sheet);
    const unclear: Verdict = { state: "approved", body: "refuse this" };
    expect(await reviewSheet({ ...campaign, day }, desk, one, unclear)).toEqual([
      "recorded; the sheet is held back: somebody requests changes, or wrote what cannot be read as an order",
    ]);
  });

  it("is told what is wrong with a refusal before anything is recorded", async () => {
    const { one } = await reviewed(sheet);
    expect(() => approvalOf(one, [rows[0]!.id])).toThrow("write a refusal as ID:CODE");
    expect(() => approvalOf(one, [`${rows[0]!.id}:unkind`])).toThrow("a refusal needs a code");
    expect(() => rejectionOf(one, undefined)).toThrow("a refusal needs a code");
  });

  it("is told that a sheet of withdrawals needs no review", async () => {
    await campaign.pass(sheet);
    const { one } = await reviewed(withdrawalsOf(2, [rows[0]!.id]));
    expect(() => approvalOf(one, [])).toThrow("a sheet of withdrawals needs no review");
  });
});

it("prints JSON in which a terminal finds nothing to obey, and that programs read as it was", () => {
  const value = { sheet: "a\u001b[2Jb\u202e\u{e0001}", name: "علی\u200cرضا" };
  const text = formatReviewJson(value);
  expect(text).not.toMatch(/[^\P{C}\n\u200c]/u);
  expect(JSON.parse(text)).toEqual(value);
});

it("adds invented signatures, and tells after each sheet how many there are", async () => {
  const steps: number[] = [];
  const place = { ...campaign, day, keys: { attestation: service } };
  const seeded = await seedCampaign(place, 80, fixedRandomness("seeded"), (done) => steps.push(done));
  expect(seeded).toEqual({ accepted: 78, refused: 2, withdrawn: 2, listed: 76 });
  expect(steps).toEqual([80]);
});
