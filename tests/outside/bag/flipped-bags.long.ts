import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { formatReport } from "../../../scripts/handover/handover-report.ts";
import { openContacts } from "../../../scripts/handover/opened-contacts.ts";
import { readPublicBag } from "../../../scripts/handover/public-bag-facts.ts";
import { readLedgerNow } from "../../../scripts/handover/since/ledger-now.ts";
import type { Bag } from "../../../scripts/outside/bag/found-bag.ts";
import { openBag } from "../../../scripts/outside/bag/reader.ts";
import { systemClock } from "../../../scripts/outside/clock.ts";
import { openIdentities } from "../../../scripts/outside/seal/unseal.ts";
import { invent } from "../../letter/invented.ts";
import { fillVault, type HandoverCampaign, makeHandoverCampaign, run, TAG } from "../../support/campaigns/handover.ts";
import { fixedRandomness } from "../../support/fixtures.ts";
import { unnoticedBagFlips } from "./flipped-bag.ts";

const people = Array.from({ length: 4 }, (_, i) => invent(i));

describe("one changed bit among 10,000 of the two bags", () => {
  let campaign: HandoverCampaign;
  let [bag, contacts] = ["", ""];
  const random = fixedRandomness(`bags ${inject("seed")}`);
  beforeAll(async () => {
    campaign = await makeHandoverCampaign(people);
    await fillVault(campaign, people);
    const out = join(campaign.folder, "out");
    const place = { DATA_DIR: campaign.dataDir };
    for (const command of ["handover", "handover-contacts"])
      expect(await run(command, ["--tag", TAG, "--out", out], place)).toMatchObject({ code: 0 });
    [bag, contacts] = [join(out, "handover-2026-12-01.tar"), join(out, "contacts-2026-12-01.tar")];
  });
  afterAll(() => campaign.remove());

  it("is found in the public bag by whoever verifies it, and its place is named", async () => {
    const verify = async (found: Bag) => `ok ${(await readPublicBag(found)).verified.size}`;
    expect(await unnoticedBagFlips(bag, 8_000, random, verify)).toEqual([]);
  });

  it("is found in the contacts bag by whoever opens it, and its place is named", async () => {
    const open = await openBag(bag);
    const unseal = await openIdentities(join(campaign.dataDir, "demo-custodian/custodian-1.key"));
    const facts = await readPublicBag(open);
    const report = async (found: Bag) => {
      const nowhere = { site: undefined, memories: [], clock: systemClock };
      const ledger = await readLedgerNow({ bag: open, contacts: found, facts }, nowhere, () => {});
      const records = openContacts(found, { bag: open, facts, ledger }, unseal, () => {});
      for (;;) {
        const { done, value } = await records.next();
        if (done) return formatReport("en", { bag: open, contacts: found, facts, ledger }, value);
      }
    };
    expect(await unnoticedBagFlips(contacts, 2_000, random, report)).toEqual([]);
    await open.close();
  });
});
