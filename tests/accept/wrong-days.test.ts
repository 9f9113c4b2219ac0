import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readReviewDesk } from "../../scripts/accept/open-sheets.ts";
import { dayAfter } from "../../scripts/letter/bytes/day.ts";
import { publicCommitment } from "../../scripts/letter/signature/row.ts";
import { attested, invent, sheetOf, withdrawalsOf } from "../letter/invented.ts";
import { acceptAll } from "../support/campaigns/accept-all.ts";
import { day, makeCampaign, outcomeOf, type TestCampaign } from "../support/campaigns/local-campaign.ts";

let campaign: TestCampaign;
beforeEach(async () => {
  campaign = await makeCampaign();
});
afterEach(() => campaign.remove());

const acceptOn = (today: string, more: { doubt?: string; overruled?: string } = {}) =>
  acceptAll({ ...campaign.acceptor, day: today, ...more });
/** A row of somebody who was confirmed by a clock of this day. */
const signedOn = (number: number, signed: string) => attested({ ...invent(number, "name").row, signed });

describe("a row of a day that cannot be", () => {
  it.each([
    ["2028-01-02", /^row \d: the day 2028-01-02 is still to come \(today is 2026-11-24\): the sheet waits until then/],
    ["2026-09-01", /^row \d: the day 2026-09-01 is before the campaign began \(2026-11-24\): the sheet waits/],
  ])("%s is not accepted, and the sheet says which row it is", async (signed, reason) => {
    const sheet = sheetOf(1, [invent(1, "name").row, signedOn(2, signed)]);
    const report = await campaign.pass(sheet);
    expect(outcomeOf(report, sheet.sheet)).toMatchObject({ state: "invalid", reason: expect.stringMatching(reason) });
    expect(report.main.record.rows).toEqual([]);
  });

  it("may be refused, and then the others are accepted", async () => {
    const [good, wrong] = [invent(1, "name").row, signedOn(2, "2028-01-02")];
    const sheet = sheetOf(1, [good, wrong]);
    await campaign.pass(sheet);
    // It can be reviewed on, though accept would not take it as it stands.
    const [reviewed] = (await readReviewDesk(campaign)).sheets;
    expect(reviewed?.judgement).toMatchObject({ state: "invalid", mayReview: true });
    await campaign.review(sheet.sheet, { body: `refuse ${wrong.id} not-a-person` });
    const report = await campaign.accept();
    expect(outcomeOf(report, sheet.sheet)).toMatchObject({ state: "accepted", accepted: 1, refused: 1 });
    expect(publicCommitment(good, sheet.edition)).toBe(report.main.record.entries.at(-1)!.split(" ")[3]);
  });

  it("is accepted once its day has come, and a day earlier for the sake of midnight", async () => {
    const sheet = sheetOf(1, [signedOn(2, dayAfter(day, 9))]);
    await campaign.pass(sheet);
    expect(outcomeOf(await acceptOn(dayAfter(day, 7)), sheet.sheet)?.state).toBe("invalid");
    expect(outcomeOf(await acceptOn(dayAfter(day, 8)), sheet.sheet)?.state).toBe("accepted");
  });
});

describe("the clock of accept", () => {
  const dayOfMain = () => campaign.repository.git("log", "-1", "--format=%cs", "main");

  it("accepts nothing when main has had a later day, and says what to do", async () => {
    await campaign.pass(sheetOf(1, [invent(1).row]));
    await campaign.file(sheetOf(2, [invent(2).row]));
    await expect(acceptOn(dayAfter(day, -2))).rejects.toThrow(
      /^the clock of this machine says 2026-11-22, and main's last commit is of 2026-11-24: if the clock is wrong, set it/,
    );
  });

  it("never dates an entry before the last one, not even by a day", async () => {
    const sheet = sheetOf(1, [invent(1).row]);
    await campaign.file(sheet);
    await campaign.review(sheet.sheet, {});
    expect(outcomeOf(await acceptOn(dayAfter(day, -1)), sheet.sheet)?.state).toBe("accepted");
    expect(dayOfMain()).toBe(day);
  });

  it("goes on where main's day was overruled, and keeps the order of days all the same", async () => {
    const [first, second] = [sheetOf(1, [invent(1, "hidden").row]), sheetOf(2, [invent(2, "hidden").row])];
    for (const sheet of [first, second]) await campaign.file(sheet);
    await campaign.review(first.sheet, {});
    await acceptOn("2028-01-01");
    await campaign.review(second.sheet, {});
    const report = await acceptOn(day, { overruled: "2028-01-01" });
    expect(outcomeOf(report, second.sheet)?.state).toBe("accepted");
    expect(dayOfMain()).toBe("2028-01-01");
  });

  it("takes nobody in while it is doubted, and lets everybody leave", async () => {
    const [there, comes] = [sheetOf(1, [invent(1).row]), sheetOf(2, [invent(2).row])];
    await campaign.pass(there);
    await campaign.file(comes);
    await campaign.review(comes.sheet, {});
    const leaving = withdrawalsOf(3, [invent(1).row.id]);
    await campaign.file(leaving);
    const report = await acceptOn("2028-01-01", { doubt: "the clock is doubted" });
    expect(outcomeOf(report, comes.sheet)).toMatchObject({ state: "invalid", reason: "the clock is doubted" });
    expect(outcomeOf(report, leaving.sheet)).toMatchObject({ state: "withdrawn", withdrawn: 1 });
    expect(dayOfMain()).toBe(day);
  });
});
