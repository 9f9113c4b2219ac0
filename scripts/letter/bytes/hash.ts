import { hash } from "node:crypto";

/** SHA-256 of the parts one after the other, 32 bytes. */
export function sha256(...parts: readonly (Uint8Array | string)[]): Uint8Array {
  const bytes = parts.map((part) => (typeof part === "string" ? Buffer.from(part, "utf8") : part));
  return new Uint8Array(hash("sha256", Buffer.concat(bytes), "buffer"));
}
