import { hash } from "node:crypto";

/** Computes SHA-256, 32 bytes, over the parts one after the other. */
export function sha256(...parts: readonly (Uint8Array | string)[]): Uint8Array {
  const bytes = parts.map((part) => (typeof part === "string" ? Buffer.from(part, "utf8") : part));
  return new Uint8Array(hash("sha256", Buffer.concat(bytes), "buffer"));
}
