import { formatSheet, type SignaturesSheet } from "../../../scripts/letter/signature/sheet.ts";
import { invent, sheetOf, withdrawalsOf } from "../../letter/invented.ts";

export const accepted = sheetOf(100, [invent(100, "name").row, invent(101, "name").row, invent(102, "name").row]);
export const refusedRow = invent(102).row.id;
export const withdrawals = withdrawalsOf(101, [invent(101).row.id]);
/** The sheet that would be good. */
export const good = sheetOf(1, [invent(1, "name").row, invent(2, "hidden").row, invent(3, "initials").row]);

export const other = sheetOf(2, [invent(4, "name").row]);
/** The number of a row of the good sheet, as messages count them. */
export const rowNumber = (shown: string) => good.rows.findIndex((row) => row.shown === shown) + 1;
/** The numbers of the rows that show a day. */
export const dayRows = () => good.rows.flatMap(({ signed }, i) => (signed ? [i + 1] : []));
const mapRows = (change: (row: SignaturesSheet["rows"][0]) => object): SignaturesSheet => ({
  ...good,
  rows: good.rows.map((row) => ({ ...row, ...change(row) })),
});
const only = (number: number) => formatSheet(sheetOf(1, [invent(number, "name").row]));

/** Texts of sheets by the name that a case calls them. */
export const hostileTexts: Record<string, () => string> = {
  good: () => formatSheet(good),
  accepted: () => formatSheet(accepted),
  list: () => formatSheet(other),
  "accepted-row": () => only(100),
  "withdrawn-row": () => only(101),
  "refused-row": () => only(102),
  "unknown-edition": () => formatSheet({ ...good, edition: Buffer.alloc(32, 9).toString("base64url") }),
  "changed-name": () => formatSheet(mapRows((row) => (row.shown === "name" ? { name: "Maryam Azadi" } : {}))),
  shown: () =>
    formatSheet(
      mapRows((row) =>
        row.shown === "hidden" ? { shown: "name", name: "Maryam Azadi", lang: "en", signed: "2026-11-23" } : {},
      ),
    ),
  "all-changed": () =>
    formatSheet(mapRows(({ contact }) => ({ contact: contact.replace(/^./, (c) => (c === "A" ? "B" : "A")) }))),
  "forged-withdrawals": () => {
    const forged = withdrawalsOf(1, [invent(100).row.id]);
    return formatSheet({ ...forged, rows: forged.rows.map((row) => ({ ...row, attestation: "A".repeat(86) })) });
  },
  "broken-cells": () => formatSheet(mapRows((row) => (row.signed ? { signed: "yesterday" } : {}))),
  "other-inside": () => formatSheet({ ...good, sheet: other.sheet }),
};
