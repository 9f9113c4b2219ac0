import { existsSync } from "node:fs";
import { chmod, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Encrypter, generateHybridIdentity, identityToRecipient } from "age-encryption";
import { LetterError } from "../../letter/bytes/error.ts";
import { makeFolder } from "../folder.ts";

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

/**
 * Returns the recipients of the two demonstration identities in this folder, which are made if they are missing.
 *
 * Only `recipients.txt` is read again; the identities are for the person who plays the custodian.
 */
export async function demoRecipients(folder: string): Promise<string[]> {
  const path = join(folder, "recipients.txt");
  if (!existsSync(path)) {
    makeFolder(folder);
    const lines: string[] = [];
    for (const name of ["custodian-1", "custodian-2"]) {
      const identity = await generateHybridIdentity();
      const recipient = await identityToRecipient(identity);
      const file = join(folder, `${name}.key`);
      await writeFile(file, `# For demonstration only. public key: ${recipient}\n${identity}\n`, { mode: 0o600 });
      await chmod(file, 0o600);
      lines.push(`${recipient}\n`);
    }
    // Last and in one step, so that half a pair is never taken for a whole one.
    await writeFile(`${path}.part`, lines.join(""));
    await rename(`${path}.part`, path);
  }
  return (await readFile(path, "utf8")).split("\n").filter((line) => line !== "");
}
