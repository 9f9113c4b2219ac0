import { bech32 } from "@scure/base";
import { formatBase64url } from "../../scripts/letter/bytes/base64url.ts";
import { formatCrockford128 } from "../../scripts/letter/bytes/crockford.ts";
import { signingKey } from "../../scripts/letter/bytes/key.ts";
import type { Read } from "../../scripts/letter/bytes/read.ts";
import { attest, attestLeave, attestSheet } from "../../scripts/letter/ledger/attestation.ts";
import { formatVkey, noteSigner } from "../../scripts/letter/ledger/note.ts";
import { type PublicKeys, publishedFiles } from "../../scripts/letter/published/files.ts";
import { filingMessage } from "../../scripts/letter/review/filing-message.ts";
import { type Settled, type Settlement, settledBy } from "../../scripts/letter/review/merge-message.ts";
import type { Decision } from "../../scripts/letter/review/moderation.ts";
import type { RefusalCode } from "../../scripts/letter/review/order.ts";
import { newWithdrawalCode } from "../../scripts/letter/signature/code.ts";
import { type ContactRecord, contactCommitment } from "../../scripts/letter/signature/contact.ts";
import { idOf, openingOf } from "../../scripts/letter/signature/derivation.ts";
import { initialsOf } from "../../scripts/letter/signature/name.ts";
import {
  type CampaignRecord,
  countRecord,
  EMPTY_RECORD,
  peopleMark,
  peopleOf,
} from "../../scripts/letter/signature/record.ts";
import { type PublicFields, publicCommitment, type Row } from "../../scripts/letter/signature/row.ts";
import {
  formatSheet,
  type LeaveRow,
  type Sheet,
  type SignaturesSheet,
  type WithdrawalsSheet,
} from "../../scripts/letter/signature/sheet.ts";
import { SHOWN, type Shown, showsName } from "../../scripts/letter/signature/shown.ts";
import { editionOf } from "../../scripts/letter/text/edition.ts";
import { renderMarkdown } from "../../scripts/letter/text/markdown.ts";
import { fixedRandomness } from "../support/fixtures.ts";
import { acceptSheet, applyWithdrawals, logEdition, type Main, signedBy } from "./plain.ts";

/** The private keys, as their owners' files hold them: 32 bytes of a seed each. */
export const secrets = {
  attestation: fixedRandomness("attestation key")(32),
  ledger: fixedRandomness("ledger key")(32),
};
export const service = signingKey(secrets.attestation);
export const ledger = noteSigner("letter.example.org/ledger", secrets.ledger);
export const vkey = formatVkey(ledger.verifier);
export const keys: PublicKeys = {
  ledger: vkey,
  attestation: formatBase64url(service.publicKey),
  recipients: [inventedRecipient(1), inventedRecipient(2)],
};

/** A recipient in its one spelling, with no key behind it. */
export function inventedRecipient(number: number): string {
  return bech32.encode("age1pq", bech32.toWords(fixedRandomness(`recipient ${number}`)(1216)), false);
}

/** A small letter that a page can carry whole. */
export const texts = new Map([
  ["en", letterText("Free them", "We ask the Secretary-General to act.\n\n- Free the prisoners.\n- Let people speak.")],
  [
    "fa",
    letterText(
      "آزادشان کنید",
      "از دبیرکل می‌خواهیم دست به کار شود.\n\n- زندانیان را آزاد کنید.\n- بگذارید مردم سخن بگویند.",
    ),
  ],
]);
export const edition = editionOf(texts);

/** A letter with all the front matter that a letter has. */
export function letterText(title: string, body: string): string {
  return `---
title: ${title}
urgent: true
urgent_label: URGENT
addressee_label: To
addressee:
  - The Secretary-General
cc_label: CC
cc:
  - Nobody
---

${body}
`;
}

/** The page of a letter and of the number of its signatures, as simply as possible. */
export function pageOf(markdown: string, people = 0, mark = "listed"): string {
  const title = /^title: (.*)$/m.exec(markdown)?.[1] ?? "";
  const body = markdown.slice(markdown.indexOf("\n---\n") + 5);
  const lines = [...markdown.matchAll(/^ {2}- (.*)$/gm)].map(([, line]) => `<p>${line}</p>`).join("");
  return `<!doctype html><html><head><title>${title}</title></head><body>${lines}<data class="of-${mark}" value="${people}">${people}</data><h1>${title}</h1>${renderMarkdown(body)}</body></html>`;
}

const names = ["علی‌رضا کیانی", "Maryam O’Neil", "زهرا محمدی", "Nguyễn Thị Hòa", "王小明", "Sara Āzādī", "Sukarno"];

/** An invented signature with everything that belongs to it; the same for the same number. */
export type Invented = { row: Row; contact: ContactRecord; withdrawalCode: string };

export function invent(number: number, shown: Shown = SHOWN[number % SHOWN.length]!, of = edition): Invented {
  const random = fixedRandomness(`signature ${number}`);
  const withdrawalCode = newWithdrawalCode(random(26));
  const opening = openingOf(withdrawalCode);
  const id = idOf(opening);
  const name = shown === "counted" ? "" : `${names[number % names.length]}`;
  const person = { lang: number % 2 ? "en" : "fa", place: number % 3 ? "" : "Melbourne", signed: "2026-11-23" };
  const contact: ContactRecord = {
    id,
    name,
    email: `person${number}@example.org`,
    ...person,
    consents: showsName(shown) ? ["handover", "public"] : ["handover"],
    opening: formatBase64url(random(32)),
  };
  const fields: PublicFields = showsName(shown)
    ? { shown, name: shown === "initials" ? initialsOf(name) : name, ...person }
    : { shown, name: "", lang: "", place: "", signed: "" };
  return {
    row: attested({ id, ...fields, opening: formatBase64url(opening), contact: contactCommitment(contact) }, of),
    contact,
    withdrawalCode,
  };
}

/** A row with the form service's word for it as it is. */
export function attested(row: Omit<Row, "attestation">, of = edition): Row {
  const entry = { edition: of, publicCommitment: publicCommitment(row, of), contactCommitment: row.contact };
  return { ...row, attestation: attest(entry, service) };
}

export function sheetOf(number: number, rows: readonly Row[], of = edition): SignaturesSheet {
  const sorted = [...rows].sort((a, b) => (a.id < b.id ? -1 : 1));
  return { sheet: sheetId(number), kind: "signatures", edition: of, rows: sorted };
}

export function withdrawalsOf(number: number, ids: readonly string[]): WithdrawalsSheet {
  const rows = [...ids].sort().map((id): LeaveRow => ({ id, attestation: attestLeave(id, service) }));
  return { sheet: sheetId(number), kind: "withdrawals", edition, rows };
}

/** The message of the commit by which the form service files a sheet. */
export function attestedMessage(sheet: Sheet, quarantined = false): string {
  return messageFor(sheet.sheet, formatSheet(sheet), quarantined);
}

/** The same for any text under any id, such as only the holder of the form service's key could file. */
export function messageFor(sheet: string, text: string, quarantined = false, key = service): string {
  return filingMessage(sheet, { quarantined, attestation: attestSheet(sheet, text, key) });
}

function sheetId(number: number): string {
  return formatCrockford128(fixedRandomness(`sheet ${number}`)(16));
}

/** An approval by two moderators, with these rows refused. */
export function approved(refused: Iterable<readonly [string, RefusalCode]> = []): Decision {
  const codes = new Map(refused);
  return { state: "approved", approvedBy: [1, 2], refused: codes, named: new Set(codes.keys()), unclear: [] };
}

export const nothingSettled: Settled = settledBy([]);

/** Main with the letter on the ledger and nothing else. */
export function freshMain(): Main {
  return {
    record: signed(logEdition(EMPTY_RECORD, edition, texts).record),
    settled: nothingSettled,
    attestationKey: service.publicKey,
  };
}

/** The record with the checkpoint of all its entries. */
export function signed(record: CampaignRecord): CampaignRecord {
  return signedBy(record, ledger);
}

/**
 * A campaign of several sheets: in each a row refused and one left out, some withdrawn between the sheets.
 *
 * @returns main, and the checkpoint of every size that was published
 */
export function inventedCampaign(sheets: number, rowsEach: number): { main: Main; checkpoints: string[] } {
  let main = freshMain();
  const checkpoints = [main.record.checkpoint!];
  const settlements: Partial<Settlement>[] = [];
  const settle = (record: CampaignRecord, settlement: Partial<Settlement>) => {
    settlements.push(settlement);
    const blank = { approvedBy: [], refused: [], leftOut: [], size: 0, root: "" };
    const settled = settledBy(settlements.map((one) => ({ ...blank, ...one })));
    main = { ...main, record: signed(record), settled };
    checkpoints.push(main.record.checkpoint!);
  };
  for (let number = 0; number < sheets; number++) {
    const rows = Array.from({ length: rowsEach }, (_, i) => invent(number * rowsEach + i).row);
    const leaving = [
      rows[0]!.id,
      ...main.record.rows.slice(0, 2).map((row) => idOf(Buffer.from(row.opening, "base64url"))),
    ];
    const withdrawals = withdrawalsOf(1000 + number, leaving);
    const left = applyWithdrawals(main, withdrawals);
    settle(left.record, { sheet: withdrawals.sheet, leftOut: left.leftOut });
    const sheet = sheetOf(number, rows);
    const accepted = acceptSheet(main, sheet, approved([[rows[1]!.id, "duplicate"]]));
    settle(accepted.record, { sheet: sheet.sheet, approvedBy: [1], refused: accepted.refused });
  }
  return { main, checkpoints };
}

/** What a site publishes, by path: the files for programs, and a page for each language. */
export type Site = Map<string, Uint8Array>;

export function siteOf(record: CampaignRecord): Site {
  const site: Site = new Map();
  for (const [path, content] of publishedFiles(record, keys)) site.set(path, Buffer.from(content));
  const totals = countRecord(record);
  for (const [lang, text] of texts)
    site.set(`${lang}/index.html`, Buffer.from(pageOf(text, peopleOf(totals), peopleMark(totals))));
  return site;
}

export function readFrom(site: Site): Read {
  return async (path) => site.get(path);
}
