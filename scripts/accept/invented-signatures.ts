import { formatBase64url } from "../letter/bytes/base64url.ts";
import { formatCrockford128 } from "../letter/bytes/crockford.ts";
import { dayAfter } from "../letter/bytes/day.ts";
import type { SigningKey } from "../letter/bytes/key.ts";
import { attest } from "../letter/ledger/attestation.ts";
import { newWithdrawalCode, WITHDRAWAL_CODE_LENGTH } from "../letter/signature/code.ts";
import { type ContactRecord, contactCommitment } from "../letter/signature/contact.ts";
import { idOf, openingOf } from "../letter/signature/derivation.ts";
import { acceptEntryOf, type Row } from "../letter/signature/row.ts";
import { formatSheet, type LeaveRow, type SignaturesSheet } from "../letter/signature/sheet.ts";
import { type Shown, showsName } from "../letter/signature/shown.ts";
import { publicFieldsOf } from "../letter/signature/submission.ts";

/** What inventing needs: the letter's edition, the service's key, the last day, and randomness. */
export type Invention = {
  readonly edition: string;
  readonly key: SigningKey;
  readonly day: string;
  random(count: number): Uint8Array;
};

const PERSIAN = {
  given: "مریم علی‌رضا نسرین آرش شیرین کسری زبیده بهرام لیلا سیاوش پروانه فرهاد نازنین کیان مهسا امیرحسین".split(" "),
  family: "رضایی محمدی کریم‌زاده حسینی آزادی سکونت شریفی جعفری نوری‌پور صادقی رحیمی موسوی اکبری یزدانی".split(" "),
};
const LATIN = {
  given: "Sara Jean Niamh Omid Leila Thomas Zoë Anaïs Mohammad Kim Darius Ingrid Nguyễn Lucía Aylin George".split(" "),
  family: "O’Neil D’Arcy-Smith Āzādī Karimi Müller Thị Tehrani García Öztürk Jones Rahimi Nowak Singh Hosseini".split(
    " ",
  ),
};
const PLACES = ["", "", "Sydney", "Melbourne", "Perth", "Berlin", "تهران", "سیدنی", "تورنتو", "Montréal"];
// More names than in a real list, so that a look at the pages shows something.
const SHOWN: readonly Shown[] = [
  "name",
  "name",
  "name",
  "name",
  "initials",
  "initials",
  "hidden",
  "hidden",
  "hidden",
  "counted",
];

/** A row of an invented person, with real commitments and a real attestation; the contact record behind it is forgotten. */
export function inventRow({ edition, key, day, random }: Invention): Row {
  const dice = random(8);
  const pick = <T>(things: readonly T[], i: number): T => things[dice[i]! % things.length]!;
  const [shown, lang] = [pick(SHOWN, 0), dice[1]! % 5 < 3 ? "fa" : "en"];
  const names = lang === "fa" ? PERSIAN : LATIN;
  const name = shown === "counted" ? "" : `${pick(names.given, 2)} ${pick(names.family, 3)}`;
  const opening = openingOf(newWithdrawalCode(random(WITHDRAWAL_CODE_LENGTH)));
  const id = idOf(opening);
  const signed = dayAfter(day, -(dice[4]! % 30));
  const email = `${id}@example.org`;
  const consents = showsName(shown) ? (["handover", "public"] as const) : (["handover"] as const);
  const person = { name, place: shown === "counted" ? "" : pick(PLACES, 5), email, lang, consents };
  const record: ContactRecord = { id, ...person, signed, opening: formatBase64url(random(32)) };
  const row = {
    id,
    ...publicFieldsOf({ shown, ...person }, signed),
    opening: formatBase64url(opening),
    contact: contactCommitment(record),
  };
  const entry = acceptEntryOf({ ...row, attestation: "" }, edition);
  return { ...row, attestation: attest(entry, key) };
}

/** A sheet of rows, which it brings into order. */
export function inventSheet({ edition, random }: Invention, rows: readonly Row[]): SignaturesSheet {
  return { sheet: formatCrockford128(random(16)), kind: "signatures", edition, rows: rows.toSorted(byId) };
}

/** The text of a sheet that takes rows back. */
export function inventWithdrawals({ edition, random }: Invention, rows: readonly LeaveRow[]): [string, string] {
  const sheet = formatCrockford128(random(16));
  return [sheet, formatSheet({ sheet, kind: "withdrawals", edition, rows: rows.toSorted(byId) })];
}

function byId(a: { id: string }, b: { id: string }): number {
  return a.id < b.id ? -1 : 1;
}
