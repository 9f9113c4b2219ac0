import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** One file of the project, its path from the root with forward slashes. */
export type Source = { path: string; text: string };

/** The project's root, with no slash at its end. */
export const root: string = join(import.meta.dirname, "../..");

/** Every `.ts` and `.js` file below one folder of the project. A folder that is not there has none. */
export function readSources(folder: string): Source[] {
  const files = readdirSync(root, { withFileTypes: true }).some((entry) => entry.name === folder)
    ? readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    : [];
  return files
    .map((file) => `${folder}/${file.replaceAll("\\", "/")}`)
    .filter((path) => /\.[cm]?[jt]s$/.test(path))
    .sort()
    .map(readSource);
}

export function readSource(path: string): Source {
  return { path, text: readFileSync(join(root, path), "utf8") };
}
