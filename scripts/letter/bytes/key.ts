import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { LetterError } from "./error.ts";

// RFC 8410 §7 and §4: the bytes before the 32 bytes of an Ed25519 key in PKCS #8 and in SubjectPublicKeyInfo.
const PRIVATE_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");
const PUBLIC_PREFIX = Buffer.from("302a300506032b6570032100", "hex");

/** An Ed25519 key that signs without exposing its seed. */
export type SigningKey = { readonly publicKey: Uint8Array; sign(message: Uint8Array): Uint8Array };

/** Derives the signing key of a 32-byte seed (RFC 8032 §5.1.5). */
export function signingKey(seed: Uint8Array): SigningKey {
  if (seed.length !== 32) throw new LetterError("key", "an Ed25519 seed has 32 bytes");
  const key = createPrivateKey({ key: Buffer.concat([PRIVATE_PREFIX, seed]), format: "der", type: "pkcs8" });
  const der = createPublicKey(key).export({ format: "der", type: "spki" });
  return {
    publicKey: new Uint8Array(der.subarray(PUBLIC_PREFIX.length)),
    sign: (message) => new Uint8Array(sign(null, message, key)),
  };
}

const known = new Map<string, KeyObject>();

/** Whether a 64-byte Ed25519 signature of the message is valid under the 32-byte public key (RFC 8032 §5.1.7). */
export function isSignedBy(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== 32 || signature.length !== 64) return false;
  const name = Buffer.from(publicKey).toString("hex");
  let key = known.get(name);
  if (!key) {
    key = createPublicKey({ key: Buffer.concat([PUBLIC_PREFIX, publicKey]), format: "der", type: "spki" });
    if (known.size < 64) known.set(name, key);
  }
  return verify(null, message, key, signature);
}
