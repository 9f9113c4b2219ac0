import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { digestOf } from "./site-folder.ts";

/** What pages are made by, and with which words: anything in it may change any page. */
const FOLDERS = ["scripts", "content"];
const FILES = [".eleventy.js", "package-lock.json"];

/** Returns a digest of the program, of its dependencies, of Node.js and of the content. */
export async function programDigest(project: string): Promise<string> {
  const inside = await Promise.all(
    FOLDERS.map(async (folder) => {
      const found = await readdir(join(project, folder), { recursive: true, withFileTypes: true });
      return found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    }),
  );
  const files = [...inside.flat(), ...FILES.map((file) => join(project, file))].sort();
  const parts = await Promise.all(files.map(async (file) => [file, await readFile(file)]));
  return digestOf(JSON.stringify(process.versions), ...parts.flat());
}
