import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { digestOf } from "./site-folder.ts";

const PROJECT = resolve(import.meta.dirname, "../../..");
/** Where there is one, the lock names every dependency, and `package.json` those that are used directly. */
const FILES = [".eleventy.js", "package.json", "package-lock.json"].map((file) => join(PROJECT, file));

/**
 * Returns a digest of what pages are made by, and with which words: the program, its dependencies, Node.js and the
 * content. A change of any of them may change any page.
 *
 * @param content the folder of the letter and of the words of the pages
 */
export async function programDigest(content: string): Promise<string> {
  const files = [...(await filesBelow(join(PROJECT, "scripts"))), ...(await filesBelow(content)), ...FILES].sort();
  const parts = await Promise.all(files.map(async (file) => [file, await readFile(file).catch(() => "")]));
  return digestOf(JSON.stringify(process.versions), ...parts.flat());
}

async function filesBelow(folder: string): Promise<string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  return found.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
}
