import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type PublicKeys, publishedFiles } from "../letter/published/files.ts";
import type { CampaignRecord } from "../letter/signature/record.ts";

/** Writes every file of the site that programs read: ledger, list, letters, counts, keys. */
export async function writePublishedFiles(output: string, record: CampaignRecord, keys: PublicKeys): Promise<void> {
  for (const [path, content] of publishedFiles(record, keys)) {
    const file = join(output, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
}
