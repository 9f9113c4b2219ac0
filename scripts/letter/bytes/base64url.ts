import { LetterError } from "./error.ts";

/** Formats bytes as base64url without padding (RFC 4648 §5), as rows, entries and sheets spell every binary value. */
export function formatBase64url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64url");
}

/**
 * Parses canonical base64url text.
 *
 * @param length the number of bytes that the text must decode to
 * @throws LetterError `base64url` for another length, another alphabet, padding, or stray bits in the last character
 */
export function parseBase64url(text: string, length: number): Uint8Array {
  const bytes = new Uint8Array(Buffer.from(text, "base64url"));
  // Node's decoder skips characters it does not know. Encode again and compare, so that only one spelling is accepted.
  if (bytes.length !== length || formatBase64url(bytes) !== text) {
    throw new LetterError("base64url", `not ${length} bytes in base64url without padding`);
  }
  return bytes;
}

/** Whether the text is the canonical base64url of `length` bytes: of the last character, only the bits that count. */
export function isBase64url(text: string, length: number): boolean {
  if (text.length !== Math.ceil((length * 4) / 3) || !/^[\w-]*$/.test(text)) return false;
  return length % 3 === 0 || (length % 3 === 1 ? /[AQgw]$/ : /[AEIMQUYcgkosw048]$/).test(text);
}
