import { hash } from "node:crypto";

/** Computes SHA-256, 32 bytes, over the parts one after the other. */
export function sha256(...parts: readonly (Uint8Array | string)[]): Uint8Array {
  const bytes = parts.map((part) => (typeof part === "string" ? Buffer.from(part, "utf8") : part));
  const digest = new Uint8Array(32);
  sha256Into(digest, 0, bytes.length === 1 ? bytes[0]! : Buffer.concat(bytes));
  return digest;
}

/**
 * Writes SHA-256 of the bytes, 32 bytes, into the target at this place.
 *
 * A million hashes are a million buffers otherwise: Node makes a short string in a third of the time that it takes to make
 * a buffer, which has memory of its own.
 */
export function sha256Into(target: Uint8Array, at: number, bytes: Uint8Array): void {
  const digest = hash("sha256", bytes, "binary");
  for (let i = 0; i < 32; i++) target[at + i] = digest.charCodeAt(i);
}
