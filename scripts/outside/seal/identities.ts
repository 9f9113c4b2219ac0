import { Decrypter } from "age-encryption";
import { LetterError } from "../../letter/bytes/error.ts";

/** Opens sealed bytes; undefined if none of the identities fits, or if a bit of them was changed. */
export type Unseal = (sealed: Uint8Array) => Promise<Uint8Array | undefined>;

/**
 * Opens with the identities in the text of an age key file: lines `AGE-SECRET-KEY-PQ-1…`, and lines that begin with `#`.
 *
 * @throws LetterError `identity` for a file without a key, or with anything else in it
 */
export function unsealWith(text: string): Unseal {
  const lines = keyLines(text);
  if (lines.length === 0) throw new LetterError("identity", "the key file holds no key");
  const decrypter = new Decrypter();
  for (const line of lines) {
    try {
      decrypter.addIdentity(line);
    } catch (cause) {
      throw new LetterError(
        "identity",
        "the key file holds a line that is not an age identity (AGE-SECRET-KEY-PQ-1…)",
        { cause },
      );
    }
  }
  return async (sealed) => {
    try {
      return await decrypter.decrypt(sealed);
    } catch {
      return undefined;
    }
  };
}

/** Returns the lines of a file of keys that are not empty and no comment. */
export function keyLines(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
}
