import { hash } from "node:crypto";
import { logEdition } from "../../scripts/letter/acceptance.ts";
import { formatEntry } from "../../scripts/letter/entry.ts";
import { type CampaignRecord, EMPTY_RECORD } from "../../scripts/letter/record.ts";
import { acceptEntryOf } from "../../scripts/letter/row.ts";
import { verifyPublished } from "../../scripts/letter/verification.ts";
import { attested, edition, readFrom, signed, siteOf, texts } from "../letter/invented.ts";
import { type Bench, compare, inFlight, type Side } from "./bench.ts";

const ENTRIES = 70_000;
const BATCH = 1_000;

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

/** The record of so many signatures, in a straight line: accepting sheet by sheet would check each of them anew. */
function acceptedAtOnce(count: number): CampaignRecord {
  const letter = logEdition(EMPTY_RECORD, edition, texts);
  const [entries, rows] = [[...letter.entries], [...letter.rows]];
  for (let number = 0; number < count; number++) {
    if (number % BATCH === 0) {
      const filed = Math.min(BATCH, count - number);
      entries.push(formatEntry({ kind: "batch", filed, refused: 0, leftOut: 0 }));
    }
    const shownOnList = { ...PERSON, opening: hash("sha256", `opening ${number}`, "base64url") };
    rows.push({ index: entries.length, ...shownOnList });
    const row = attested({ id: "", ...shownOnList, contact: hash("sha256", `contact ${number}`, "base64url") });
    entries.push(formatEntry(acceptEntryOf(row, edition)));
  }
  return signed({ ...letter, entries, rows });
}

const PERSON = { shown: "name", name: "علی‌رضا کیانی", lang: "fa", place: "Melbourne", signed: "2026-11-23" } as const;
