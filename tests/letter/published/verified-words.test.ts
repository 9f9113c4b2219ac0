import { describe, expect, it } from "vitest";
import { verifyPublished } from "../../../scripts/letter/published/verification.ts";
import { formatVerified, verifiedAsJson } from "../../../scripts/letter/published/verified-words.ts";
import { inventedCampaign, readFrom, siteOf, vkey } from "../invented.ts";

const { main, checkpoints } = inventedCampaign(2, 4);
const kept = new Map([["kept.txt", checkpoints[0]!]]);
const verified = await verifyPublished(readFrom(siteOf(main.record)), vkey, { kept });
const { accepted, withdrawn, listed, size, root, missingPages } = verified;

describe("a letter that was verified", () => {
  it("ends in one line with its counts, when the key came from elsewhere", () => {
    const lines = formatVerified(
      { ...verified, passedOver: [], strangers: [] },
      { ledger: true, attestation: false },
    ).split("\n");
    expect(lines.at(-1)).toBe(
      `ok: ${accepted} accepted, ${withdrawn} withdrawn, ${listed} listed, tree size ${size}, root ${root}`,
    );
    expect(lines.filter((line) => line.startsWith("there is no page"))).toHaveLength(missingPages.length);
    expect(lines.at(-2)).toMatch(
      /^kept\.txt: nothing among the first \d+ entries was taken out or rewritten, \d+ were/,
    );
  });

  it("says first that the key was taken from the site, and names what was passed over", () => {
    const found = { ...verified, passedOver: ["data/.DS_Store"], strangers: [] };
    const text = formatVerified(found, { ledger: false, attestation: false });
    expect(text).toMatch(/^the key was taken from the site: /);
    expect(text).toContain("passed over data/.DS_Store: ");
  });

  it("is one line of JSON for programs, without what there was nothing of", () => {
    const text = verifiedAsJson(
      { ...verified, kept: [], passedOver: [], strangers: [] },
      { ledger: true, attestation: true },
    );
    expect(text).not.toContain("\n");
    const found = JSON.parse(text);
    expect(found).toMatchObject({ ok: true, accepted, listed, size, root, pinned: true, attestationPinned: true });
    expect(found).not.toHaveProperty("since");
    expect(found).not.toHaveProperty("passedOver");
  });
});
