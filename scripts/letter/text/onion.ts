import { createHash } from "node:crypto";

/**
 * Returns the origin of an onion service from the `Host` of a request; undefined for any other host. Tor decides which
 * onion services exist, so that any name below `.onion` counts: what a page says about itself follows from how it was
 * reached, not from a setting. Only the characters of a host name pass, because the origin is written into pages.
 */
export function onionOrigin(host: string | null): string | undefined {
  return host !== null && ONION.test(host) ? `http://${host.toLowerCase()}` : undefined;
}

const ONION = /^([a-z0-9-]{1,63}\.){1,8}onion(:\d{1,5})?$/i;

/**
 * Whether the host of an onion service is one: its checksum (rend-spec-v3 §6) belongs to its key. A character that was
 * mistyped would lead readers to nobody, or to somebody else.
 */
export function isOnionHost(host: string): boolean {
  const [, label = ""] = /^([a-z2-7]{56})\.onion$/.exec(host) ?? [];
  const bits = [...label].map((letter) => BASE32.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const bytes = (bits.match(/.{8}/g) ?? []).map((eight) => Number.parseInt(eight, 2));
  return bytes.length === 35 && onionOf(Uint8Array.from(bytes.slice(0, 32))) === host;
}

/** Returns the host of the onion service with this Ed25519 key: key, checksum and version in base32. */
export function onionOf(publicKey: Uint8Array): string {
  const version = Buffer.from([3]);
  const checksum = createHash("sha3-256").update(".onion checksum").update(publicKey).update(version).digest();
  return `${base32(Buffer.concat([publicKey, checksum.subarray(0, 2), version]))}.onion`;
}

/** RFC 4648 §6 in small letters; 35 bytes need no padding. */
function base32(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return bits.replace(/.{5}/g, (five) => BASE32[Number.parseInt(five, 2)]!);
}

const BASE32 = "abcdefghijklmnopqrstuvwxyz234567";

/**
 * Stands for the onion address in a site that is built before it is known. It can belong to nobody: the address of an
 * onion service ends with "d" (rend-spec-v3, version 3).
 */
export const UNNAMED_ONION = `http://${"a".repeat(56)}.onion`;
