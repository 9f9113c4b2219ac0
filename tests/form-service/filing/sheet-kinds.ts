import { inject } from "vitest";
import { formatBase64url } from "../../../scripts/letter/bytes/base64url.ts";
import { isQuarantined } from "../../../scripts/letter/review/filing-message.ts";
import { idOf } from "../../../scripts/letter/signature/derivation.ts";
import { initialsOf } from "../../../scripts/letter/signature/name.ts";
import type { Row } from "../../../scripts/letter/signature/row.ts";
import { parseSheet, type SignaturesSheet } from "../../../scripts/letter/signature/sheet.ts";
import { type Shown, showsName } from "../../../scripts/letter/signature/shown.ts";
import { fixedRandomness } from "../../support/fixtures.ts";
import type { Harness } from "../harness.ts";

export const random = fixedRandomness(`sheet kinds ${inject("seed")}`);
/** A whole number from 0 to this one. */
export const upTo = (most: number) => {
  const [high = 0, low = 0] = random(2);
  return (high * 256 + low) % (most + 1);
};
export const oneOf = <T>(some: readonly T[]) => some[upTo(some.length - 1)]!;

export const QUIET: readonly Shown[] = ["hidden", "counted"];
export const READING: readonly Shown[] = ["name", "initials"];

function rowOf(shown: Shown, name: string): Row {
  const opening = random(32);
  const fields = showsName(shown)
    ? { name: shown === "initials" ? initialsOf(name) : name, lang: "en", place: "", signed: "2026-11-22" }
    : { name: "", lang: "", place: "", signed: "" };
  const [contact, attestation] = [formatBase64url(random(32)), formatBase64url(random(64))];
  return { id: idOf(opening), shown, ...fields, opening: formatBase64url(opening), contact, attestation };
}

/** Lets so many signatures be confirmed, without the forms and mails that come before. Returns their ids. */
export async function confirm(
  harness: Harness,
  count: number,
  shown: readonly Shown[],
  { flood = 0, name = "Sara" } = {},
): Promise<string[]> {
  const rows = Array.from({ length: count }, () => rowOf(oneOf(shown), name));
  const { edition } = harness.gitHost;
  await harness.store.change(async (query) => {
    for (const row of rows) {
      const fixed = { state: "confirmed", day: "2026-11-22", edition, sheet: null, flood } as const;
      await query
        .insertInto("signature")
        .values({ id: row.id, row: JSON.stringify(row), ...fixed })
        .execute();
      harness.service.queue.noteConfirmed(row.id);
    }
  });
  return rows.map(({ id }) => id);
}

export type Filed = SignaturesSheet & {
  readonly group: "flood" | "quiet" | "reading" | "mixed";
  readonly bytes: number;
};
/** Every sheet of signatures that was made so far, in the order in which they were filed. */
export function filed(harness: Harness): Filed[] {
  const texts = new Map(harness.gitHost.filings.map(({ text, message }) => [text, message]));
  return [...texts].flatMap(([text, message]) => {
    const sheet = parseSheet(text);
    if (sheet.kind !== "signatures") return [];
    const shown = sheet.rows.filter((row) => showsName(row.shown)).length;
    const seen = shown === 0 ? "quiet" : shown === sheet.rows.length ? "reading" : "mixed";
    return [{ ...sheet, group: isQuarantined(message) ? "flood" : seen, bytes: Buffer.byteLength(text) }];
  });
}
/** How many rows the sheets of a kind have, the smallest first. */
export function sizes(harness: Harness, group: Filed["group"]): number[] {
  const ofGroup = filed(harness).filter((sheet) => sheet.group === group);
  return ofGroup.map(({ rows }) => rows.length).sort((a, b) => a - b);
}

/** Settles a sheet on main with every row refused, as if it had been rejected. */
export function settle({ gitHost }: Harness, sheet: string): void {
  const refused = gitHost.parse(sheet).rows.map(({ id }): [string, "advert"] => [id, "advert"]);
  gitHost.open.delete(sheet);
  gitHost.settle({ sheet, refused });
}
