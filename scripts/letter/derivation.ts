import { createHash, hkdfSync } from "node:crypto";
import { CONFIRMATION_CODE_LENGTH, WITHDRAWAL_CODE_LENGTH } from "./code.ts";
import { crockfordOfLowBits, formatCrockford128 } from "./crockford.ts";
import { LetterError } from "./error.ts";

/** SHA-256, 32 bytes. */
export function sha256(...parts: readonly (Uint8Array | string)[]): Uint8Array {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
}

/** HKDF-SHA-256 (RFC 5869) with an empty salt and the label as info. */
function derive(secret: Uint8Array, label: string, length: number): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", secret, new Uint8Array(0), label, length));
}

/** The 24 bytes s‖code: the 16 bytes of the link and the code's upper-case ASCII from the mail. */
function linkAndCode(s: Uint8Array, code: string): Uint8Array {
  if (s.length !== 16 || code.length !== CONFIRMATION_CODE_LENGTH) {
    throw new LetterError("derivation", "a confirmation needs 16 bytes of the link and 8 characters of the code");
  }
  return Buffer.concat([s, Buffer.from(code, "ascii")]);
}

/** The AES-256-GCM key of a submission, 32 bytes: only the link together with the mailed code gives it. */
export function confirmKeyOf(s: Uint8Array, code: string): Uint8Array {
  return derive(linkAndCode(s, code), "undersigned/v1/confirm", 32);
}

/** The withdrawal code, 26 Crockford characters (130 bits), from the same two halves. */
export function withdrawalCodeOf(s: Uint8Array, code: string): string {
  return crockfordOfLowBits(derive(linkAndCode(s, code), "undersigned/v1/leave", WITHDRAWAL_CODE_LENGTH));
}

/** The opening of a row, 32 bytes, from the withdrawal code: so that the code finds the row and proves it. */
export function openingOf(withdrawalCode: string): Uint8Array {
  return derive(Buffer.from(withdrawalCode, "ascii"), "undersigned/v1/opening", 32);
}

/** The id of a row: the first 128 bits of SHA-256(opening), 26 characters of lower-case Crockford base32. */
export function idOf(opening: Uint8Array): string {
  return formatCrockford128(sha256(opening).subarray(0, 16));
}
