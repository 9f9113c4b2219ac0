import { createHmac, hkdfSync } from "node:crypto";
import { crockfordOfFirstBits, formatCrockford128 } from "../bytes/crockford.ts";
import { LetterError } from "../bytes/error.ts";
import { sha256 } from "../bytes/hash.ts";
import { CONFIRMATION_CODE_LENGTH } from "./code.ts";

/** Derives bytes by HKDF-SHA-256 (RFC 5869) with an empty salt and the label as info. */
function derive(secret: Uint8Array, label: string, length: number): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", secret, new Uint8Array(0), label, length));
}

/** The purpose of a mailed code. A code for one purpose does not work for the other. */
export type CodePurpose = "confirm" | "leave";

/**
 * Returns the code that is mailed to a mailbox for 48 hours, the same for every request: 8 Crockford characters, the
 * first 40 bits of HMAC-SHA-256 of the mailbox under the window key (32 bytes). For a withdrawal, a label precedes the
 * mailbox; no address has a blank like the one after the label.
 *
 * @param mailbox the result of `mailboxOf`
 */
export function mailedCodeOf(windowKey: Uint8Array, purpose: CodePurpose, mailbox: string): string {
  const message = purpose === "confirm" ? mailbox : `undersigned/v1/leave ${mailbox}`;
  return crockfordOfFirstBits(createHmac("sha256", windowKey).update(message).digest(), CONFIRMATION_CODE_LENGTH);
}

/** Returns the 24 bytes s‖code: 16 bytes from the page's address, and the mailed code in upper-case ASCII. */
function pageAndCode(s: Uint8Array, code: string): Uint8Array {
  if (s.length !== 16 || code.length !== CONFIRMATION_CODE_LENGTH) {
    throw new LetterError("derivation", "a confirmation needs 16 bytes of the page and 8 characters of the code");
  }
  return Buffer.concat([s, Buffer.from(code, "ascii")]);
}

/** Derives the AES-256-GCM key of a submission, 32 bytes. It takes both the page's address and the mailed code. */
export function confirmKeyOf(s: Uint8Array, code: string): Uint8Array {
  return derive(pageAndCode(s, code), "undersigned/v1/confirm", 32);
}

/** Derives the AES-256-GCM key, 32 bytes, that encrypts the withdrawal code for 48 hours after the confirmation. */
export function leaveKeyOf(s: Uint8Array, code: string): Uint8Array {
  return derive(pageAndCode(s, code), "undersigned/v1/leave", 32);
}

/** Returns a mark, 32 bytes, that recognises the code of the other purpose when it is typed on this page. */
export function otherCodeMark(s: Uint8Array, code: string): Uint8Array {
  return sha256("undersigned/v1/other", pageAndCode(s, code));
}

/** Derives the opening of a row, 32 bytes, from the withdrawal code, so that the code finds the row and proves it. */
export function openingOf(withdrawalCode: string): Uint8Array {
  return derive(Buffer.from(withdrawalCode, "ascii"), "undersigned/v1/opening", 32);
}

/** Returns the id of a row: the first 128 bits of SHA-256(opening), 26 characters of lower-case Crockford base32. */
export function idOf(opening: Uint8Array): string {
  return formatCrockford128(sha256(opening).subarray(0, 16));
}
