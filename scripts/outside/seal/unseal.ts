import { readFile } from "node:fs/promises";
import { type ErrorCode, LetterError } from "../../letter/bytes/error.ts";
import { keyLines, type Unseal, unsealWith } from "./identities.ts";

/** Opens with the identities of an age key file. @throws LetterError `identity` as `unsealWith` does, and without a file */
export async function openIdentities(file: string): Promise<Unseal> {
  return unsealWith(await textOf(file, "identity", "there is no such key file, or it cannot be read"));
}

/** Returns the named recipients: keys, or files with one key per line, as the age program uses them. */
export async function readRecipients(named: readonly string[]): Promise<string[]> {
  const lists = named.map(async (one) =>
    one.startsWith("age1")
      ? [one]
      : keyLines(await textOf(one, "seal", "--reseal: name keys (age1pq1…), or a file that holds them")),
  );
  return (await Promise.all(lists)).flat();
}

function textOf(file: string, code: ErrorCode, missing: string): Promise<string> {
  return readFile(file, "utf8").catch((cause) => {
    throw new LetterError(code, missing, { cause });
  });
}
