import { createCipheriv, createDecipheriv } from "node:crypto";
import { LetterError } from "../letter/error.ts";
import type { Submission } from "../letter/submission.ts";

/** A submission as it waits for its confirmation: with the edition that was read, and the moment it expires (ISO 8601). */
export type WaitingSubmission = Submission & {
  readonly edition: string;
  readonly expires: string;
  /** the form looked as if a program had filled it in */
  readonly suspect?: true | undefined;
};

// The longest name, place and address fit; one length for all, so that it tells nothing.
const PADDED = 2048;
const NONCE = 12;
const TAG = 16;

/**
 * AES-256-GCM of the submission: nonce (12 bytes) ‖ ciphertext (2,048) ‖ tag (16).
 *
 * @param key from link and code together, and so used for this one submission only
 */
export function sealSubmission(submission: WaitingSubmission, key: Uint8Array, nonce: Uint8Array): Uint8Array {
  const plain = Buffer.alloc(PADDED, " ");
  const json = JSON.stringify(submission);
  if (Buffer.byteLength(json) > PADDED) throw new LetterError("submission", "a submission has at most 2,048 bytes");
  plain.write(json, "utf8");
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** The submission that was sealed with this key, undefined with any other. */
export function openSubmission(sealed: Uint8Array, key: Uint8Array): WaitingSubmission | undefined {
  const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, NONCE), { authTagLength: TAG });
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG));
  try {
    const plain = Buffer.concat([decipher.update(sealed.subarray(NONCE, sealed.length - TAG)), decipher.final()]);
    return JSON.parse(plain.toString("utf8")) as WaitingSubmission;
  } catch {
    return undefined;
  }
}
