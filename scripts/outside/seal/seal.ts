import { Encrypter } from "age-encryption";
import { LetterError } from "../../letter/bytes/error.ts";

/** Seals bytes so that only the holders of the recipients' identities can read them. */
export type Seal = (plain: Uint8Array) => Promise<Uint8Array>;

/**
 * Opens a seal for two or more hybrid post-quantum age recipients (`age1pq1…`).
 *
 * @throws LetterError `seal` for fewer, for one named twice, and for any other kind: age would mix kinds silently, and
 * one X25519 recipient would leave the record as weak as itself
 */
export function openSeal(recipients: readonly string[]): Seal {
  if (recipients.length < 2) throw new LetterError("seal", "contact records are sealed to two or more recipients");
  if (new Set(recipients).size !== recipients.length) throw new LetterError("seal", "a recipient is named twice");
  const encrypter = new Encrypter();
  for (const [i, recipient] of recipients.entries()) {
    if (!recipient.startsWith("age1pq1")) {
      throw new LetterError("seal", `recipient ${i + 1} is not a hybrid post-quantum one, which begins with age1pq1`);
    }
    try {
      encrypter.addRecipient(recipient);
    } catch (cause) {
      throw new LetterError("seal", `recipient ${i + 1} is not a key: a character is missing or wrong`, { cause });
    }
  }
  return (plain) => encrypter.encrypt(plain);
}
