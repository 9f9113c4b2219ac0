import { formatBase64url, isBase64url, parseBase64url } from "../bytes/base64url.ts";
import { sha256 } from "../bytes/hash.ts";
import { isSignedBy, type SigningKey } from "../bytes/key.ts";
import { type AcceptEntry, attestedText } from "./entry.ts";

/** Attests that a mailbox was proved for this row: the form service signs the entry to be; base64url of 64 bytes. */
export function attest(entry: Omit<AcceptEntry, "kind" | "attestation">, key: SigningKey): string {
  return formatBase64url(key.sign(Buffer.from(attestedText(entry), "utf8")));
}

/** Whether the form service with this 32-byte public key attested the accept entry. */
export function isAttested(entry: AcceptEntry, publicKey: Uint8Array): boolean {
  return isGood(entry.attestation, attestedText(entry), publicKey);
}

/** Attests that the holder of the withdrawal code (or of the mailbox) wants this row withdrawn. */
export function attestLeave(id: string, key: SigningKey): string {
  return formatBase64url(key.sign(leaveText(id)));
}

/** Whether the withdrawal of this row is attested. */
export function isLeaveAttested(id: string, attestation: string, publicKey: Uint8Array): boolean {
  return isGood(attestation, leaveText(id), publicKey);
}

/**
 * Attests that the form service files this sheet with these bytes: Ed25519 over `undersigned/v1/sheet SHEET DIGEST`.
 * Ed25519 signatures are deterministic, so a second attempt returns the same attestation.
 */
export function attestSheet(sheet: string, text: string, key: SigningKey): string {
  return formatBase64url(key.sign(sheetText(sheet, text)));
}

/**
 * Whether the form service attested exactly these bytes under this id.
 *
 * @param attestation undefined when the commit has none
 */
export function isSheetAttested(
  sheet: string,
  text: string,
  attestation: string | undefined,
  publicKey: Uint8Array,
): boolean {
  return attestation !== undefined && isGood(attestation, sheetText(sheet, text), publicKey);
}

function sheetText(sheet: string, text: string): Buffer {
  return Buffer.from(`undersigned/v1/sheet ${sheet} ${formatBase64url(sha256(text))}`, "utf8");
}

function leaveText(id: string): Buffer {
  return Buffer.from(`undersigned/v1/leave ${id}`, "utf8");
}

function isGood(attestation: string, text: string | Buffer, publicKey: Uint8Array): boolean {
  if (!isBase64url(attestation, 64)) return false;
  return isSignedBy(publicKey, Buffer.from(text), parseBase64url(attestation, 64));
}
