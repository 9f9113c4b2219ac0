import { hash } from "node:crypto";
import { formatEntry } from "../../scripts/letter/ledger/entry.ts";
import { logEdition } from "../../scripts/letter/review/acceptance.ts";
import { type CampaignRecord, EMPTY_RECORD } from "../../scripts/letter/signature/record.ts";
import { acceptEntryOf } from "../../scripts/letter/signature/row.ts";
import { attested, edition, signed, texts } from "../letter/invented.ts";

const BATCH = 1_000;

/** The record of so many signatures, in a straight line: accepting sheet by sheet would check each of them again. */
export function acceptedAtOnce(count: number): CampaignRecord {
  const letter = logEdition(EMPTY_RECORD, edition, texts).record;
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
