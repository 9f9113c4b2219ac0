import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import { type BagProblem, checkBag, type FoundFile } from "./bag-check.ts";

/**
 * Compares every file of a bag that was unpacked with its manifest. A link or a device is no file, wherever it leads.
 *
 * @throws LetterError `bag` when the bag does not say what belongs to it, naming the file
 */
export async function checkBagFolder(folder: string): Promise<readonly BagProblem[]> {
  const files = new Map<string, FoundFile>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) continue;
    const file = join(entry.parentPath, entry.name);
    files.set(relative(folder, file).replaceAll(sep, "/"), entry.isFile() ? await digestOf(file) : NO_FILE);
  }
  const read = async (path: string) => {
    const found = files.get(path);
    return found === undefined || found === NO_FILE ? undefined : await readFile(join(folder, path));
  };
  return (await checkBag(files, read)).problems;
}

const NO_FILE: FoundFile = { size: 0, sha512: "" };

async function digestOf(file: string): Promise<FoundFile> {
  const hash = createHash("sha512");
  let size = 0;
  await pipeline(createReadStream(file), async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) {
      hash.update(chunk);
      size += chunk.length;
    }
  });
  return { size, sha512: hash.digest("hex") };
}
