import { z } from "zod";
import { formatBase64url, isBase64url, parseBase64url } from "../bytes/base64url.ts";
import { LetterError } from "../bytes/error.ts";
import { commit } from "../ledger/commitment.ts";

/** What a signatory agreed to: always `handover`, and `public` when a name or initials are shown. */
export type Consent = "handover" | "public";

/**
 * The contact details of one signature, sealed for the custodians.
 *
 * ```
 * {"v":1,"id":"79e7…","name":"Maryam O’Neil","email":"maryam@…","place":"","lang":"en","signed":"2026-11-23","consents":["handover"],"opening":"oKGi…"}
 * ```
 * `opening`: base64url of 32 bytes, which are kept only in this record.
 */
export type ContactRecord = {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly place: string;
  readonly lang: string;
  /** UTC day of the confirmation */
  readonly signed: string;
  readonly consents: readonly Consent[];
  readonly opening: string;
};

/** The length of a padded record in bytes, the same for all, so that the length of a sealed one reveals nothing. */
export const CONTACT_BYTES = 2048;

/** Computes the contact commitment, base64url of 32 bytes. */
export function contactCommitment(record: ContactRecord): string {
  const { id, name, email, place, lang, signed } = record;
  const message = [
    "undersigned/v1/contact",
    id,
    name,
    email,
    place,
    lang,
    signed,
    [...record.consents].sort().join(","),
  ];
  return formatBase64url(commit(parseBase64url(record.opening, 32), message));
}

/**
 * Formats the record as JSON padded with blanks to 2,048 bytes, ready to be sealed.
 *
 * @throws LetterError `contact` when the JSON is longer
 */
export function formatContactRecord(record: ContactRecord): Uint8Array {
  const { id, name, email, place, lang, signed, opening } = record;
  const json = JSON.stringify({
    v: 1,
    id,
    name,
    email,
    place,
    lang,
    signed,
    consents: [...record.consents].sort(),
    opening,
  });
  const bytes = Buffer.alloc(CONTACT_BYTES, " ");
  if (Buffer.byteLength(json) > CONTACT_BYTES)
    throw new LetterError("contact", "a contact record has at most 2,048 bytes");
  bytes.write(json, "utf8");
  return bytes;
}

const Schema = z.strictObject({
  v: z.literal(1),
  id: z.string(),
  name: z.string(),
  email: z.string(),
  place: z.string(),
  lang: z.string(),
  signed: z.string(),
  consents: z.array(z.enum(["handover", "public"])).refine((all) => new Set(all).size === all.length),
  opening: z.string().refine((text) => isBase64url(text, 32)),
});

/** @throws LetterError `contact` for bytes that `formatContactRecord` would not write */
export function parseContactRecord(bytes: Uint8Array): ContactRecord {
  try {
    const { v: _, ...record } = Schema.parse(JSON.parse(Buffer.from(bytes).toString("utf8")));
    if (Buffer.compare(formatContactRecord(record), bytes) === 0) return record;
  } catch (cause) {
    throw new LetterError("contact", "not a contact record", { cause });
  }
  throw new LetterError("contact", "a contact record in another spelling than its own");
}
