import { cpSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { OPTIONAL_TEXTS, OWN_TEXTS } from "../../scripts/site/views/page-texts.ts";
import { madeOnce } from "./run-folder.ts";
import { root } from "./source.ts";

/** The letters that tests use: `iran` has every part that a letter can have, `park` none that it can do without. */
export type FixtureLetter = "iran" | "park";

/** Reads a file of a fixture letter: `campaign.yaml`, `en/letter.md`. */
export function readLetterFile(letter: FixtureLetter, path: string): string {
  return readFileSync(join(root, "tests/letters", letter, path), "utf8");
}

/** A folder like `content/`, with a fixture letter in place of the letter there: to read from, never to change. */
export async function contentOf(letter: FixtureLetter): Promise<string> {
  return madeOnce(`content-${letter}`, (folder) => {
    cpSync(join(root, "content"), folder, { recursive: true });
    putLetter(letter, folder);
  });
}

/** Puts a fixture letter in place of the one in a folder like `content/`, as `content/README.md` says. */
export function putLetter(letter: FixtureLetter, folder: string): void {
  for (const lang of ["fa", "en"]) {
    for (const name of ["letter", ...OWN_TEXTS, ...OPTIONAL_TEXTS])
      rmSync(join(folder, lang, `${name}.md`), { force: true });
  }
  cpSync(join(root, "tests/letters", letter), folder, { recursive: true });
}
