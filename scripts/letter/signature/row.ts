import { formatBase64url, isBase64url, parseBase64url } from "../bytes/base64url.ts";
import { isDay } from "../bytes/day.ts";
import { LetterError } from "../bytes/error.ts";
import { commit, commitInto } from "../ledger/commitment.ts";
import type { AcceptEntry } from "../ledger/entry.ts";
import { idOf } from "./derivation.ts";
import { isInitials, parseName, parsePlace } from "./name.ts";
import { isShown, type Shown, showsName } from "./shown.ts";

/** What the public may see of a signature; all cells but `shown` are empty for `hidden` and `counted`. */
export type PublicFields = {
  readonly shown: Shown;
  /** the name, or the initials where only these are shown */
  readonly name: string;
  readonly lang: string;
  readonly place: string;
  /** UTC day of the confirmation, `YYYY-MM-DD` */
  readonly signed: string;
};

/** One signature on a sheet. base64url: opening (32 bytes), contact commitment (32 bytes), attestation (64 bytes). */
export type Row = PublicFields & {
  readonly id: string;
  readonly opening: string;
  readonly contact: string;
  readonly attestation: string;
};

/** The columns of a sheet of signatures. An ASCII cell separates any two cells that may be Persian. */
export const ROW_COLUMNS = [
  "id",
  "shown",
  "name",
  "lang",
  "place",
  "signed",
  "opening",
  "contact",
  "attestation",
] as const;

/** Formats the row as cells in the order of `ROW_COLUMNS`. */
export function formatRow(row: Row): string[] {
  return ROW_COLUMNS.map((column) => row[column]);
}

/** @throws LetterError `row` naming the cell and the rule, never the content of the cell */
export function parseRow(cells: readonly string[], where: string): Row {
  const [
    id = "",
    shown = "",
    name = "",
    lang = "",
    place = "",
    signed = "",
    opening = "",
    contact = "",
    attestation = "",
  ] = cells;
  const fields = parsePublicFields({ shown, name, lang, place, signed }, where);
  if (!isBase64url(opening, 32)) throw new LetterError("row", `${where}: opening is not 32 bytes in base64url`);
  if (id !== idOf(parseBase64url(opening, 32)))
    throw new LetterError("row", `${where}: id does not follow from the opening`);
  if (!isBase64url(contact, 32)) throw new LetterError("row", `${where}: contact is not 32 bytes in base64url`);
  if (!isBase64url(attestation, 64)) throw new LetterError("row", `${where}: attestation is not 64 bytes in base64url`);
  return { id, ...fields, opening, contact, attestation };
}

/** @throws LetterError `row` when a public cell breaks its rule or reveals what its `shown` hides */
export function parsePublicFields(cells: Record<keyof PublicFields, string>, where: string): PublicFields {
  const { shown, name, lang, place, signed } = cells;
  if (!isShown(shown)) throw new LetterError("row", `${where}: shown must be name, initials, hidden or counted`);
  if (!showsName(shown)) {
    if (name + lang + place + signed !== "")
      throw new LetterError("row", `${where}: a ${shown} row has empty public cells`);
    return { shown, name, lang, place, signed };
  }
  const parsed = parseName(name);
  if ("problem" in parsed || parsed.name !== name)
    throw new LetterError("row", `${where}: name breaks the rules of names`);
  if (shown === "initials" && !isInitials(name))
    throw new LetterError("row", `${where}: name holds more than initials`);
  if (!/^[a-z]{2,3}$/.test(lang)) throw new LetterError("row", `${where}: lang is not a language code`);
  const parsedPlace = parsePlace(place);
  if ("problem" in parsedPlace || parsedPlace.place !== place)
    throw new LetterError("row", `${where}: place breaks the rules of places`);
  if (!isDay(signed)) throw new LetterError("row", `${where}: signed is not a day`);
  return { shown, name, lang, place, signed };
}

/**
 * Computes the public commitment of a row, base64url of 32 bytes: HMAC with the opening as its key, over label, edition
 * (32 raw bytes) and public fields.
 */
export function publicCommitment(fields: PublicFields & { readonly opening: string }, edition: string): string {
  return formatBase64url(commit(parseBase64url(fields.opening, 32), messageOf(fields, parseBase64url(edition, 32))));
}

/** Writes the same commitment into the first 32 bytes of the target, where opening and edition are there in bytes. */
export function publicCommitmentInto(
  target: Uint8Array,
  fields: PublicFields,
  opening: Uint8Array,
  edition: Uint8Array,
): void {
  commitInto(target, opening, messageOf(fields, edition));
}

function messageOf({ shown, name, lang, place, signed }: PublicFields, edition: Uint8Array): (string | Uint8Array)[] {
  return ["undersigned/v1/public", edition, shown, name, lang, place, signed];
}

/** Returns the accept entry for a row of a sheet of this edition. */
export function acceptEntryOf(row: Row, edition: string): AcceptEntry {
  return {
    kind: "accept",
    edition,
    publicCommitment: publicCommitment(row, edition),
    contactCommitment: row.contact,
    attestation: row.attestation,
  };
}
