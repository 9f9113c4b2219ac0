import { createCipheriv, createDecipheriv } from "node:crypto";
import { LetterError } from "../../letter/bytes/error.ts";
import { WITHDRAWAL_CODE_LENGTH } from "../../letter/signature/code.ts";
import type { Submission } from "../../letter/signature/submission.ts";
import type { Random } from "../../outside/random.ts";

/** A submission that waits for confirmation, with the edition that was read and the moment it expires (ISO 8601). */
export type WaitingSubmission = Submission & {
  readonly edition: string;
  readonly expires: string;
  /** the form looked as if a program had filled it in */
  readonly suspect?: true | undefined;
};

/** A withdrawal by address that waits for its code. Stored like a submission, so that the two look the same. */
export type WaitingLeave = { readonly leave: true; readonly email: string; readonly expires: string };

/** What waits for a mailed code. */
export type Waiting = WaitingSubmission | WaitingLeave;

// The longest name, place and address fit. All have this one length, so that it reveals nothing.
const PADDED = 2048;
const NONCE = 12;
const TAG = 16;

/**
 * AES-256-GCM of what waits, once under each key: nonce (12 bytes) ‖ ciphertext (2,048) ‖ tag (16), one after the
 * other.
 *
 * @param keys each from `s` and one right code, and so used for this one row only
 */
export function sealWaiting(waiting: Waiting, keys: readonly Uint8Array[], random: Random): Uint8Array {
  return sealText(JSON.stringify(waiting), PADDED, keys, random);
}

/** Opens what was sealed with this key among others; undefined with any other key. */
export function openWaiting(sealed: Uint8Array, key: Uint8Array): Waiting | undefined {
  const text = openText(sealed, PADDED, key);
  return text === undefined ? undefined : (JSON.parse(text) as Waiting);
}

/** What is kept of a confirmation for 48 hours: its withdrawal code, or why it has none. */
export type Kept = { readonly withdrawalCode: string } | "already" | "alike";

/** The withdrawal code, or a word of the same length, under each key: nonce (12 bytes) ‖ ciphertext (26) ‖ tag (16). */
export function sealKept(kept: Kept, keys: readonly Uint8Array[], random: Random): Uint8Array {
  return sealText(typeof kept === "string" ? kept : kept.withdrawalCode, WITHDRAWAL_CODE_LENGTH, keys, random);
}

/** Opens what `sealKept` sealed with this key; undefined with any other key. */
export function openKept(sealed: Uint8Array, key: Uint8Array): Kept | undefined {
  const text = openText(sealed, WITHDRAWAL_CODE_LENGTH, key)?.trimEnd();
  return text === undefined || text === "already" || text === "alike" ? text : { withdrawalCode: text };
}

function sealText(text: string, length: number, keys: readonly Uint8Array[], random: Random): Uint8Array {
  if (Buffer.byteLength(text) > length)
    throw new LetterError("submission", `what is sealed here has at most ${length} bytes`);
  const plain = Buffer.alloc(length, " ");
  plain.write(text, "utf8");
  return Buffer.concat(
    keys.flatMap((key) => {
      const nonce = random(NONCE);
      const cipher = createCipheriv("aes-256-gcm", key, nonce);
      return [nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()];
    }),
  );
}

function openText(sealed: Uint8Array, length: number, key: Uint8Array): string | undefined {
  const size = NONCE + length + TAG;
  for (let from = 0; from + size <= sealed.length; from += size) {
    const piece = sealed.subarray(from, from + size);
    const decipher = createDecipheriv("aes-256-gcm", key, piece.subarray(0, NONCE), { authTagLength: TAG });
    decipher.setAuthTag(piece.subarray(size - TAG));
    try {
      const plain = Buffer.concat([decipher.update(piece.subarray(NONCE, size - TAG)), decipher.final()]);
      return plain.toString("utf8");
    } catch {
      // Another code of the same mailbox may have sealed the next piece.
    }
  }
  return undefined;
}
