import { hash } from "node:crypto";
import { formatEntry } from "../../scripts/letter/ledger/entry.ts";
import { initialsOf } from "../../scripts/letter/signature/name.ts";
import { type CampaignRecord, EMPTY_RECORD } from "../../scripts/letter/signature/record.ts";
import { acceptEntryOf, type PublicFields } from "../../scripts/letter/signature/row.ts";
import { attested, edition, signed, texts } from "../letter/invented.ts";
import { logEdition } from "../letter/plain.ts";

const BATCH = 1_000;

type Letter = { readonly edition: string; readonly texts: ReadonlyMap<string, string> };

/**
 * The record of so many signatures, in a straight line: accepting sheet by sheet would check each of them again.
 *
 * @param of the letter that they sign
 */
export function acceptedAtOnce(count: number, of: Letter = { edition, texts }): CampaignRecord {
  const letter = logEdition(EMPTY_RECORD, of.edition, of.texts).record;
  const [entries, rows] = [[...letter.entries], [...letter.rows]];
  for (let number = 0; number < count; number++) {
    if (number % BATCH === 0) {
      const filed = Math.min(BATCH, count - number);
      entries.push(formatEntry({ kind: "batch", filed, refused: 0, leftOut: 0 }));
    }
    const shownOnList = { ...fieldsOf(number), opening: hash("sha256", `opening ${number}`, "base64url") };
    rows.push({ index: entries.length, ...shownOnList });
    const row = attested(
      { id: "", ...shownOnList, contact: hash("sha256", `contact ${number}`, "base64url") },
      of.edition,
    );
    entries.push(formatEntry(acceptEntryOf(row, of.edition)));
  }
  return signed({ ...letter, entries, rows });
}

const NAMES = ["علی‌رضا کیانی", "Maryam O’Neil", "زهرا محمدی", "Nguyễn Thị Hòa", "王小明", "Sara Āzādī", "Sukarno"];

/** Half of them show a name, a quarter initials. */
function fieldsOf(number: number): PublicFields {
  const name = NAMES[number % NAMES.length]!;
  const person = { lang: number % 3 ? "fa" : "en", place: number % 2 ? "" : "Melbourne", signed: "2026-11-23" };
  if (number % 4 < 2) return { shown: "name", name, ...person };
  if (number % 4 === 2) return { shown: "initials", name: initialsOf(name), ...person };
  return { shown: "hidden", name: "", lang: "", place: "", signed: "" };
}
