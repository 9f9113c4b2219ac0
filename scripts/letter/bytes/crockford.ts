import { LetterError } from "./error.ts";

/** Crockford's alphabet. It has no I, L, O or U, so that a code read aloud or from paper is not misread. */
export const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/**
 * Formats 16 bytes as 26 characters of lower-case Crockford base32: 128 bits, five per character from the left, and two
 * zero bits at the end. Used for row ids and sheet ids.
 */
export function formatCrockford128(bytes: Uint8Array): string {
  if (bytes.length !== 16) throw new LetterError("crockford", "an id has 16 bytes");
  let bits = BigInt(`0x${Buffer.from(bytes).toString("hex")}`) << 2n;
  let text = "";
  for (let i = 0; i < 26; i++) {
    text = CROCKFORD.charAt(Number(bits & 31n)) + text;
    bits >>= 5n;
  }
  return text.toLowerCase();
}

/** Returns the first 4 of the 16 bytes of an id. */
export function firstBytesOf(id: string): Uint8Array {
  let bits = 0n;
  for (const letter of id.slice(0, 7).toUpperCase()) bits = (bits << 5n) | BigInt(CROCKFORD.indexOf(letter));
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(Number(bits >> 3n));
  return bytes;
}

/** Whether the text is a canonical id: 26 characters of lower-case Crockford base32 whose last two bits are zero. */
export function isCrockford128(text: string): boolean {
  return /^[0-9a-hjkmnp-tv-z]{25}[048cgmrw]$/.test(text);
}

/** Returns one character for every five bits, from the first: 5 bytes are 8 characters. Used for mailed codes. */
export function crockfordOfFirstBits(bytes: Uint8Array, length: number): string {
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, "0")).join("");
  return Array.from({ length }, (_, i) => CROCKFORD.charAt(Number.parseInt(bits.slice(5 * i, 5 * i + 5), 2))).join("");
}

/** Returns one character for each byte: its low five bits. Used for withdrawal codes. */
export function crockfordOfLowBits(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => CROCKFORD.charAt(byte & 31)).join("");
}
