import { hash } from "node:crypto";
import { verifyPublished } from "../../scripts/letter/verification.ts";
import { readFrom, siteOf } from "../letter/invented.ts";
import { type Bench, compare, inFlight, type Side } from "./bench.ts";
import { acceptedAtOnce } from "./long-ledger.ts";

const ENTRIES = 70_000;

export const bench: Bench = {
  about: `ledger and list of ${ENTRIES.toLocaleString("en")} signatures verified, against SHA-256 over the same files`,
  async run(seconds) {
    const site = siteOf(acceptedAtOnce(ENTRIES));
    const files = [...site.values()];
    const megabytes = files.reduce((total, { length }) => total + length, 0) / 1e6;
    console.log(`  ${files.length} files, ${megabytes.toFixed(0)} MB`);
    const sides = {
      verify: signatures(inFlight(1, () => verifyPublished(readFrom(site)))),
      "bare hashing": signatures(inFlight(1, async () => files.forEach((bytes) => void hash("sha256", bytes)))),
    };
    await compare(sides, [{ side: "verify", over: "bare hashing" }], seconds);
  },
};

/** Counts signatures: the whole takes seconds. */
function signatures(side: Side): Side {
  return async (milliseconds) => (await side(milliseconds)) * ENTRIES;
}
