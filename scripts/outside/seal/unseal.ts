import { readFile } from "node:fs/promises";
import { Decrypter } from "age-encryption";
import { type ErrorCode, LetterError } from "../../letter/bytes/error.ts";

/** Opens sealed bytes; undefined if none of the identities fits, or if a bit of them was changed. */
export type Unseal = (sealed: Uint8Array) => Promise<Uint8Array | undefined>;

/**
 * Opens with the identities of an age key file: lines `AGE-SECRET-KEY-PQ-1…`, and lines that begin with `#`.
 *
 * @throws LetterError `identity` for a file without a key, or with anything else in it
 */
export async function openIdentities(file: string): Promise<Unseal> {
  const lines = await linesOf(file, "identity", "there is no such key file, or it cannot be read");
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

/** Returns the named recipients: keys, or files with one key per line, as the age program uses them. */
export async function readRecipients(named: readonly string[]): Promise<string[]> {
  const lists = named.map((one) =>
    one.startsWith("age1") ? [one] : linesOf(one, "seal", "--reseal: name keys (age1pq1…), or a file that holds them"),
  );
  return (await Promise.all(lists)).flat();
}

async function linesOf(file: string, code: ErrorCode, missing: string): Promise<string[]> {
  const text = await readFile(file, "utf8").catch((cause) => {
    throw new LetterError(code, missing, { cause });
  });
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
}
