import { LetterError } from "../bytes/error.ts";
import { sha256, sha256Into } from "../bytes/hash.ts";

/**
 * Commits to the fields: HMAC-SHA-256 with the opening as its key, over each field as u16 big-endian byte length and
 * bytes (strings as UTF-8).
 *
 * The length prefixes keep fields apart: moving a character from one field to the next changes the message.
 */
export function commit(opening: Uint8Array, fields: readonly (string | Uint8Array)[]): Uint8Array {
  const commitment = new Uint8Array(32);
  commitInto(commitment, opening, fields);
  return commitment;
}

/** The bytes of a block of SHA-256. */
const BLOCK = 64;
/** The key's block, and what is hashed after it (RFC 2104). The message is as long as it has to be. */
let inner = Buffer.alloc(1024);
const outer = Buffer.alloc(BLOCK + 32);

/**
 * Writes the commitment into the first 32 bytes of the target.
 *
 * HMAC is two hashes. An HMAC object of OpenSSL is made and destroyed for each commitment otherwise, which takes twenty
 * times as long as both hashes.
 */
export function commitInto(target: Uint8Array, opening: Uint8Array, fields: readonly (string | Uint8Array)[]): void {
  let end = BLOCK;
  for (const field of fields) {
    const length = typeof field === "string" ? Buffer.byteLength(field) : field.length;
    if (length > 0xffff) throw new LetterError("commitment", "a field of a commitment has at most 65,535 bytes");
    if (end + 2 + length > inner.length) inner = Buffer.concat([inner], 2 * (end + 2 + length));
    end = inner.writeUInt16BE(length, end);
    if (typeof field === "string") inner.write(field, end);
    else inner.set(field, end);
    end += length;
  }
  const key = opening.length > BLOCK ? sha256(opening) : opening;
  for (let i = 0; i < BLOCK; i++) {
    const byte = i < key.length ? key[i]! : 0;
    inner[i] = byte ^ 0x36;
    outer[i] = byte ^ 0x5c;
  }
  sha256Into(outer, BLOCK, inner.subarray(0, end));
  sha256Into(target, 0, outer);
  // An opening is a secret until its row is on the list, and a name may be.
  inner.fill(0, 0, end);
  outer.fill(0);
}
