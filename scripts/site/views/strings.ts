import { en, type Strings } from "../../../content/strings/en.ts";
import { fa } from "../../../content/strings/fa.ts";

export type { Strings };

export const STRINGS = { fa, en } as const satisfies Record<string, Strings>;

/** A language in which the pages are available. */
export type Lang = keyof typeof STRINGS;

export function isLang(text: string): text is Lang {
  return Object.hasOwn(STRINGS, text);
}

export function stringsIn(lang: Lang): Strings {
  return STRINGS[lang];
}
