import { ed25519 } from "@noble/curves/ed25519.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256, sha512 } from "@noble/hashes/sha2.js";
import { LetterError } from "../../letter/bytes/error.ts";

// What pages use of `node:crypto`, with the same arguments and results. A page signs nothing.

const HASHES = { sha256, sha512 };
type Algorithm = keyof typeof HASHES;

/** Computes a hash in one step. */
export function hash(algorithm: Algorithm, bytes: Uint8Array, encoding: "binary" | "buffer"): Uint8Array | string {
  const digest = HASHES[algorithm](bytes);
  return encoding === "buffer" ? digest : Buffer.from(digest).toString(encoding);
}

/** Computes a hash part by part. */
export function createHash(algorithm: Algorithm): Incremental {
  return incremental(HASHES[algorithm].create());
}

/** Computes an HMAC part by part. */
export function createHmac(algorithm: Algorithm, key: Uint8Array): Incremental {
  return incremental(hmac.create(HASHES[algorithm], key));
}

type Incremental = { update(part: Uint8Array | string): Incremental; digest(encoding?: "hex"): Uint8Array | string };

function incremental(state: { update(part: Uint8Array): unknown; digest(): Uint8Array }): Incremental {
  const made: Incremental = {
    update(part) {
      state.update(typeof part === "string" ? new TextEncoder().encode(part) : part);
      return made;
    },
    digest(encoding) {
      const bytes = state.digest();
      return encoding === undefined ? bytes : Buffer.from(bytes).toString(encoding);
    },
  };
  return made;
}

/** Derives bytes by HKDF (RFC 5869). */
export function hkdfSync(
  algorithm: Algorithm,
  secret: Uint8Array,
  salt: Uint8Array,
  info: string,
  length: number,
): Uint8Array {
  return hkdf(HASHES[algorithm], secret, salt, new TextEncoder().encode(info), length);
}

/** An Ed25519 key: the 32 bytes at the end of its SubjectPublicKeyInfo (RFC 8410 §4). */
export function createPublicKey({ key }: { key: Uint8Array }): Uint8Array {
  return key.subarray(-32);
}

/** Whether an Ed25519 signature is valid (RFC 8032 §5.1.7). */
export function verify(_algorithm: null, message: Uint8Array, key: Uint8Array, signature: Uint8Array): boolean {
  return ed25519.verify(signature, message, key, { zip215: false });
}

export function createPrivateKey(): never {
  throw new LetterError("offline", "a page signs nothing");
}

export function sign(): never {
  return createPrivateKey();
}
