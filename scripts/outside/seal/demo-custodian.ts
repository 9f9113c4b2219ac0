import { existsSync } from "node:fs";
import { chmod, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeFolder } from "../folder.ts";

/**
 * Returns the recipients of the two demonstration identities in this folder, which are made if they are missing.
 *
 * Only `recipients.txt` is read again; the identities are for the person who plays the custodian.
 */
export async function demoRecipients(folder: string): Promise<string[]> {
  const path = join(folder, "recipients.txt");
  if (!existsSync(path)) {
    // Only who makes them waits for this to load: every command reads the keys.
    const { generateHybridIdentity, identityToRecipient } = await import("age-encryption");
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
