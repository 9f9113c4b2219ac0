import { sha256 } from "../../letter/bytes/hash.ts";

/** Returns hex of SHA-256: the database finds a secret by it, and the secret cannot be computed from it. */
export function hashOf(secret: Uint8Array | string): string {
  return Buffer.from(sha256(secret)).toString("hex");
}
