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
  const bytes = new Uint8Array(length);
  if (text.length !== charactersOf(length) || !decodeBase64url(text, 0, bytes)) {
    throw new LetterError("base64url", `not ${length} bytes in base64url without padding`);
  }
  return bytes;
}

/** Whether the text is the canonical base64url of `length` bytes: of the last character, only the bits that count. */
export function isBase64url(text: string, length: number): boolean {
  return text.length === charactersOf(length) && isBase64urlAt(text, 0, length);
}

/** The number of characters that so many bytes have. */
export function charactersOf(length: number): number {
  return Math.ceil((length * 4) / 3);
}

/** The value of each character; 64 for one that is none of the alphabet. */
const VALUES = new Uint8Array(128).fill(64);
for (const [i, letter] of [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"].entries())
  VALUES[letter.charCodeAt(0)] = i;

function valueAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code < 128 ? VALUES[code]! : 64;
}

/**
 * Decodes the text from this place on until the target is full; false when that is not canonical base64url, after which
 * the target holds nothing of use.
 *
 * Node's decoder skips characters it does not know, so that its result would have to be encoded again and compared.
 */
export function decodeBase64url(text: string, at: number, target: Uint8Array): boolean {
  const [length, end] = [target.length, at + charactersOf(target.length)];
  let [bits, count, filled, all] = [0, 0, 0, 0];
  for (let i = at; i < end; i++) {
    const value = valueAt(text, i);
    all |= value;
    bits = ((bits << 6) | value) & 0xffff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    target[filled++] = bits >>> count;
  }
  return all < 64 && filled === length && (bits & ((1 << count) - 1)) === 0;
}

/** Whether the text has, from this place on, the canonical base64url of `length` bytes. */
export function isBase64urlAt(text: string, at: number, length: number): boolean {
  const end = at + charactersOf(length);
  let [all, last] = [0, 0];
  for (let i = at; i < end; i++) {
    last = valueAt(text, i);
    all |= last;
  }
  const stray = length % 3 === 0 ? 0 : length % 3 === 1 ? 15 : 3;
  return all < 64 && (last & stray) === 0;
}
