import { createHmac, hkdfSync } from "node:crypto";
import { crockfordOfFirstBits, formatCrockford128 } from "../bytes/crockford.ts";
import { LetterError } from "../bytes/error.ts";
import { sha256 } from "../bytes/hash.ts";
import { CONFIRMATION_CODE_LENGTH } from "./code.ts";

/** HKDF-SHA-256 (RFC 5869) with an empty salt and the label as info. */
function derive(secret: Uint8Array, label: string, length: number): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", secret, new Uint8Array(0), label, length));
}

/** What a mailed code is for. A code for one purpose opens nothing of the other. */
export type CodePurpose = "confirm" | "leave";

/**
 * The code that is mailed to a mailbox for 48 hours, whoever asks for it: 8 Crockford characters, the first 40 bits of
 * HMAC-SHA-256 of the mailbox under the window key (32 bytes). A code for leaving has a label before the mailbox; the
 * blank after the label stands in no address.
 *
 * @param mailbox as `mailboxOf` gives it
 */
export function mailedCodeOf(windowKey: Uint8Array, purpose: CodePurpose, mailbox: string): string {
  const message = purpose === "confirm" ? mailbox : `undersigned/v1/leave ${mailbox}`;
  return crockfordOfFirstBits(createHmac("sha256", windowKey).update(message).digest(), CONFIRMATION_CODE_LENGTH);
}

/** The 24 bytes s‖code: the 16 bytes of the page's address and the code's upper-case ASCII from the mail. */
function pageAndCode(s: Uint8Array, code: string): Uint8Array {
  if (s.length !== 16 || code.length !== CONFIRMATION_CODE_LENGTH) {
    throw new LetterError("derivation", "a confirmation needs 16 bytes of the page and 8 characters of the code");
  }
  return Buffer.concat([s, Buffer.from(code, "ascii")]);
}

/** The AES-256-GCM key of a submission, 32 bytes: only the address of the page and the mailed code together give it. */
export function confirmKeyOf(s: Uint8Array, code: string): Uint8Array {
  return derive(pageAndCode(s, code), "undersigned/v1/confirm", 32);
}

/** The AES-256-GCM key, 32 bytes, under which the withdrawal code is kept for 48 hours after the confirmation. */
export function leaveKeyOf(s: Uint8Array, code: string): Uint8Array {
  return derive(pageAndCode(s, code), "undersigned/v1/leave", 32);
}

/** A mark, 32 bytes, by which the code of the other purpose is recognised when it is typed on this page. */
export function otherCodeMark(s: Uint8Array, code: string): Uint8Array {
  return sha256("undersigned/v1/other", pageAndCode(s, code));
}

/** The opening of a row, 32 bytes, from the withdrawal code: so that the code finds the row and proves it. */
export function openingOf(withdrawalCode: string): Uint8Array {
  return derive(Buffer.from(withdrawalCode, "ascii"), "undersigned/v1/opening", 32);
}

/** The id of a row: the first 128 bits of SHA-256(opening), 26 characters of lower-case Crockford base32. */
export function idOf(opening: Uint8Array): string {
  return formatCrockford128(sha256(opening).subarray(0, 16));
}
