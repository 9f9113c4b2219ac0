import { createHash } from "node:crypto";

/** Computes SHA-256, 32 bytes, over the parts one after the other. */
export function sha256(...parts: readonly (Uint8Array | string)[]): Uint8Array {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
}
