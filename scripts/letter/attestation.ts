import { formatBase64url, isBase64url, parseBase64url } from "./base64url.ts";
import { type AcceptEntry, attestedText } from "./entry.ts";
import { isSignedBy, type SigningKey } from "./key.ts";

/** The form service's word that a mailbox was proved for this row: base64url of 64 bytes, over the entry it would make. */
export function attest(entry: Omit<AcceptEntry, "kind" | "attestation">, key: SigningKey): string {
  return formatBase64url(key.sign(Buffer.from(attestedText(entry), "utf8")));
}

/** Whether the accept entry carries the word of the form service with this 32-byte public key. */
export function isAttested(entry: AcceptEntry, publicKey: Uint8Array): boolean {
  return isGood(entry.attestation, attestedText(entry), publicKey);
}

/** The form service's word that the holder of the withdrawal code (or of the mailbox) wants this row withdrawn. */
export function attestLeave(id: string, key: SigningKey): string {
  return formatBase64url(key.sign(leaveText(id)));
}

/** Whether the withdrawal of this row is attested. */
export function isLeaveAttested(id: string, attestation: string, publicKey: Uint8Array): boolean {
  return isGood(attestation, leaveText(id), publicKey);
}

function leaveText(id: string): Buffer {
  return Buffer.from(`undersigned/v1/leave ${id}`, "utf8");
}

function isGood(attestation: string, text: string | Buffer, publicKey: Uint8Array): boolean {
  if (!isBase64url(attestation, 64)) return false;
  return isSignedBy(publicKey, Buffer.from(text), parseBase64url(attestation, 64));
}
