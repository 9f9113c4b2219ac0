import { createHmac } from "node:crypto";
import { LetterError } from "../bytes/error.ts";

/**
 * Commits to the fields: HMAC-SHA-256 with the opening as its key, over each field as u16 big-endian byte length and
 * bytes (strings as UTF-8).
 *
 * The length prefixes keep fields apart: moving a character from one field to the next changes the message.
 */
export function commit(opening: Uint8Array, fields: readonly (string | Uint8Array)[]): Uint8Array {
  const hmac = createHmac("sha256", opening);
  for (const field of fields) {
    const bytes = typeof field === "string" ? Buffer.from(field, "utf8") : field;
    if (bytes.length > 0xffff) throw new LetterError("commitment", "a field of a commitment has at most 65,535 bytes");
    const length = Buffer.alloc(2);
    length.writeUInt16BE(bytes.length);
    hmac.update(length).update(bytes);
  }
  return new Uint8Array(hmac.digest());
}
