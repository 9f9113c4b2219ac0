import { en } from "../../../content/strings/en.ts";
import { fa } from "../../../content/strings/fa.ts";

type Words<T> = { readonly [K in keyof T]: T[K] extends string ? string : Words<T[K]> };

/** Every string of the pages; the English file gives the keys, and each other language must have exactly these. */
export type Strings = Words<typeof en>;

export const STRINGS = { fa, en } as const satisfies Record<string, Strings>;

/** A language that the pages can speak. */
export type Lang = keyof typeof STRINGS;

export function isLang(text: string): text is Lang {
  return Object.hasOwn(STRINGS, text);
}

export function stringsIn(lang: Lang): Strings {
  return STRINGS[lang];
}
