import { execFileSync } from "node:child_process";
import { existsSync, lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { unzipSync } from "fflate";
import type { Person } from "./person.ts";

/** Something that is kept or published, and where it is. */
export type Kept = { readonly where: string; readonly bytes: Buffer };

/** The files below a folder, a workbook by its parts. Links are not followed. */
export function filesOf(folder: string, without: readonly string[]): Kept[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((name): Kept[] => {
    const path = join(folder, name);
    if (without.includes(name)) return [];
    const status = lstatSync(path);
    if (status.isDirectory()) return filesOf(path, without);
    if (!status.isFile()) return [];
    const bytes = readFileSync(path);
    if (!name.endsWith(".xlsx")) return [{ where: path, bytes }];
    return Object.entries(unzipSync(bytes)).map(([part, text]) => ({
      where: `${path} (${part})`,
      bytes: Buffer.from(text),
    }));
  });
}

/** Every object of a repository, also what no ref reaches. */
export function objectsOf(repository: string): Kept[] {
  const args = ["--git-dir", repository, "cat-file", "--batch-all-objects", "--batch", "--unordered"];
  return [{ where: "the repository's history", bytes: execFileSync("git", args, { maxBuffer: 1 << 30 }) }];
}

/**
 * Checks that no bytes of these people are in what is kept. It is a quick search for the bytes as they are: `findCanaries`
 * looks for every encoding.
 *
 * @throws Error that names the person by number and the place
 */
export function assertNoTrace(
  traces: readonly { readonly person: Person; readonly bytes: readonly Buffer[] }[],
  kept: readonly Kept[],
): void {
  for (const { where, bytes } of kept)
    for (const { person, bytes: needles } of traces)
      for (const [i, needle] of needles.entries())
        if (bytes.includes(needle)) throw new Error(`trace ${i} of person ${person.number} is in ${where}`);
}
