import { afterEach, beforeEach, expect, it } from "vitest";
import { acceptAll } from "../../scripts/accept/acceptance.ts";
import { approvalOf, decideSheet, formatOutcome } from "../../scripts/accept/local-review.ts";
import { readReviewDesk } from "../../scripts/accept/open-sheets.ts";
import { invent, sheetOf } from "../letter/invented.ts";
import { day, makeCampaign, type TestCampaign } from "../support/campaigns/local-campaign.ts";

let campaign: TestCampaign;
beforeEach(async () => {
  campaign = await makeCampaign();
});
afterEach(() => campaign.remove());

it("says what became of a sheet that the service beside has accepted while it was being approved", async () => {
  await campaign.file(sheetOf(1, [invent(0).row]));
  const { host, acceptor } = campaign;
  const desk = await readReviewDesk(campaign);
  const [reviewed] = desk.sheets;
  const service = await campaign.reopen();
  let seen = 0;
  // The service sees the approval between two looks of the command: at main, and at the open sheets.
  const beside = {
    ...host,
    async openSheets() {
      if (seen++ === 0) await acceptAll({ ...acceptor, host: service });
      return host.openSheets();
    },
  };
  const outcome = await decideSheet(
    { host: beside, acceptor: { ...acceptor, host: beside }, day },
    desk,
    reviewed!,
    approvalOf(reviewed!, []),
  );
  expect([seen, formatOutcome(outcome)[0]]).toEqual([1, "accepted 1, refused 0, left out as withdrawn 0"]);
});
