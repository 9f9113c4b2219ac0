import { type Lang, STRINGS, stringsIn } from "../../site/views/strings.ts";
import type { Signatory } from "./signatory.ts";

const LANGUAGES = Object.keys(STRINGS) as Lang[];

/** The columns that say in words what may be done with a row, one for each language. */
export const ALLOWANCE_COLUMNS: readonly string[] = LANGUAGES.map((lang) => `allowed_${lang}`);

/** Returns what may be printed of somebody, in words, in the order of `ALLOWANCE_COLUMNS`. */
export function allowancesOf({ shown, publicName }: Pick<Signatory, "shown" | "publicName">): string[] {
  return LANGUAGES.map((lang) =>
    // The name is put between marks that keep the direction of its letters to itself.
    stringsIn(lang).opened.allowed[shown].replace("{name}", () => `\u2068${publicName}\u2069`),
  );
}
