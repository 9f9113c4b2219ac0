import { createHmac, type KeyObject } from "node:crypto";
import { sha256 } from "../../letter/bytes/hash.ts";

/** Returns hex of SHA-256: the database finds a secret by it, and the secret cannot be computed from it. */
export function hashOf(secret: Uint8Array | string): string {
  return Buffer.from(sha256(secret)).toString("hex");
}

/**
 * 22 characters of base64url (132 bits) of HMAC-SHA-256: by it memory knows something again that it is not to hold.
 *
 * @param key lives as long as what is remembered; nobody else has it
 */
export function keyedHash(key: KeyObject | Uint8Array | string, text: string): string {
  return createHmac("sha256", key).update(text).digest("base64url").slice(0, 22);
}
