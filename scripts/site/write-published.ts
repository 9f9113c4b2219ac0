import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type PublicKeys, type PublishedHead, publishedHead } from "../letter/published/files.ts";

/** Writes the files that programs read and of which there is one each: letters, counts, keys, checkpoint. */
export async function writePublishedHead(output: string, head: PublishedHead, keys: PublicKeys): Promise<void> {
  for (const [path, content] of publishedHead(head, keys)) {
    const file = join(output, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
}
