import type { Right } from "../../../scripts/handover/opened-contacts.ts";
import type { PublicBagFacts } from "../../../scripts/handover/public-bag-facts.ts";
import { formatEntry } from "../../../scripts/letter/ledger/entry.ts";
import { initialsOf, parseName, parsePlace } from "../../../scripts/letter/signature/name.ts";
import { acceptEntryOf } from "../../../scripts/letter/signature/row.ts";
import { SHOWN, type Shown, showsName } from "../../../scripts/letter/signature/shown.ts";
import { edition, invent } from "../../letter/invented.ts";
import { fixedRandomness } from "../../support/fixtures.ts";

/** Given names and family names of all scripts, some with what trips a program up. */
const NAMES: readonly (readonly [given: readonly string[], family: readonly string[]])[] = [
  [
    ["علی‌رضا", "زهرا", "سید محمد", "سیده مریم", "آیدا"],
    ["کیانی", "میرزایی‌نژاد", "حسینی اصل", "ابتهاج", "موسوی‌زاده"],
  ],
  [
    ["Maryam", "Sara", "José", "Null", "N.A.", "1st"],
    ["O’Neil", "Āzādī", "D'Arcy-Smith", "True", "van der Berg", "Zuñiga, Jr."],
  ],
  [
    ["Анна", "Олександр"],
    ["Иванова", "Шевченко"],
  ],
  [
    ["Αλέξανδρος", "Ελένη"],
    ["Παπαδοπούλου", "Νικολάου"],
  ],
  [
    ["יעל", "משה"],
    ["כהן", "לוי"],
  ],
  [
    ["Արամ", "Անի"],
    ["Խաչատրյան", "Սարգսյան"],
  ],
  [["ნინო"], ["ბერიძე"]],
  [
    ["प्रिया", "राज"],
    ["शर्मा", "गुप्ता"],
  ],
  [["தமிழ்"], ["செல்வன்"]],
  [["สมชาย"], ["ใจดี"]],
  [
    ["山田", "王"],
    ["太郎", "小明"],
  ],
  [["김"], ["민준"]],
  [["ሰላም"], ["ተስፋዬ"]],
  [
    ["Nguyễn Thị", "Đặng"],
    ["Hòa", "Thùy"],
  ],
];
const MONONYMS = ["Sukarno", "علی‌رضا", "王小明", "葛󠄀城", "Null"];
const PLACES = [
  "",
  "Berlin, Germany",
  "تهران، ایران",
  "ایران",
  "Melbourne",
  "رشت",
  "Sydney, NSW, Australia",
  "Paris (XI), France",
  "東京, 日本",
  "Georgia",
  "'s-Hertogenbosch, Netherlands",
  "São Paulo, Brasil",
  "1st Street, UK",
];
const LOCAL = ["-minus", "+plus", "=equal", "Upper.Case", "tag+one", "o'neil", "x", "00123", "1e5", "{curly}", "a|b"];
const DOMAINS = ["example.org", "Example.COM", "bücher.example.net", "xn--bcher-kva.example.net", "پارس.example.org"];

/** People with their records, and the facts of the public bag in which they are. */
export type Crowd = {
  readonly rights: readonly Right[];
  readonly facts: PublicBagFacts;
};

/** Invents people of all scripts, shown in all ways; the same in the same run. */
export function crowdOf(count: number, ways: readonly Shown[] = SHOWN): Crowd {
  const random = fixedRandomness("crowd");
  const pick = <T>(of: readonly T[]): T => of[Buffer.from(random(2)).readUInt16BE() % of.length]!;
  const entries: string[] = [];
  const rights = Array.from({ length: count }, (_, number): Right => {
    const shown = ways[number % ways.length]!;
    const { row, contact } = invent(number, shown);
    const [given, family] = NAMES[Math.floor(number / ways.length) % NAMES.length]!;
    const name = shown === "counted" ? "" : checked(number % 9 ? `${pick(given)} ${pick(family)}` : pick(MONONYMS));
    const place = placeFor(shown, pick(PLACES));
    const email = `${pick(LOCAL)}${number}@${pick(DOMAINS)}`;
    const signed = `2026-${pick(["10", "11", "12"])}-${pick(["01", "17", "28"])}`;
    const cells = showsName(shown)
      ? { name: shown === "initials" ? initialsOf(name) : name, place, signed }
      : { name: "", place: "", signed: "" };
    entries.push(formatEntry(acceptEntryOf(row, edition)));
    return {
      expected: {
        id: row.id,
        row: { ...row, ...cells, index: number },
        contactCommitment: row.contact,
      },
      record: { ...contact, name, place, email, signed },
    };
  });
  const handover = { tag: "", day: "2026-12-31", publicBag: "handover-2026-12-31", contactsBag: "" };
  const verified = { checkpoint: { origin: "letter.example.org/ledger" } };
  const facts = { entries, handover, verified, expected: [] } as unknown as PublicBagFacts;
  return { rights, facts };
}

function placeFor(shown: Shown, place: string): string {
  return shown === "counted" ? "" : (parsePlace(place) as { place: string }).place;
}

/** The name as the form takes it. */
function checked(raw: string): string {
  const parsed = parseName(raw);
  if ("problem" in parsed) throw new Error(`the form refuses the invented name ${raw}`);
  return parsed.name;
}
