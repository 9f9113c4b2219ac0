import { matchKey } from "../signature/name.ts";

/** A name in the two fields that most databases have. `first` may be empty, `last` never is. */
export type NameParts = { readonly first: string; readonly last: string };

/**
 * Divides a full name into a first and a last name, which is a guess: a name has no such parts in many languages.
 *
 * One word is a last name, because databases demand that one. Otherwise the last word is the last name; in Arabic script
 * the first word is the first name, together with a «سید» or «سیده» before it; in Chinese, Japanese and Korean the first
 * word is the last name.
 */
export function splitName(name: string): NameParts {
  const words = name.split(" ");
  const at = lengthOfFirst(words);
  if (FAMILY_FIRST.test(words[0]!) && words.length > 1) return { first: words.slice(1).join(" "), last: words[0]! };
  return { first: words.slice(0, at).join(" "), last: words.slice(at).join(" ") };
}

const ARABIC = /^\P{L}*\p{Script=Arabic}/u;
const FAMILY_FIRST = /^\P{L}*[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;
// As `matchKey` writes them, so that «سيّد» is one of them.
const HONORIFICS = new Set(["سید", "سیده"]);

/** Returns how many words the first name has. */
function lengthOfFirst(words: readonly string[]): number {
  if (!ARABIC.test(words[0]!)) return words.length - 1;
  const given = HONORIFICS.has(matchKey(words[0]!)) ? 2 : 1;
  return given < words.length ? given : 0;
}
