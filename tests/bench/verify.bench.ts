import { hash } from "node:crypto";
import { verifyPublished } from "../../scripts/letter/verification.ts";
import { inventedCampaign, readFrom, siteOf } from "../letter/invented.ts";
import { type Bench, compare, inFlight } from "./bench.ts";

const ENTRIES = 70_000;

export const bench: Bench = {
  about: `ledgers and lists of about ${ENTRIES.toLocaleString("en")} entries verified, against SHA-256 over the same files`,
  async run(seconds) {
    const site = siteOf(inventedCampaign(ENTRIES / 1000, 1000).main.record);
    const files = [...site.values()];
    const sides = {
      verify: inFlight(1, () => verifyPublished(readFrom(site))),
      "bare hashing": inFlight(1, async () => files.forEach((bytes) => void hash("sha256", bytes))),
    };
    await compare(sides, [{ side: "verify", over: "bare hashing" }], seconds);
  },
};
