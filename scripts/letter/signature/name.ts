import { cleanText, isTurned } from "../bytes/clean-text.ts";
import { withAsciiDigits } from "../bytes/digits.ts";

/** Why a name or a place is refused; each problem has a message in every language of the site. */
export type NameProblem = "missing" | "long" | "link" | "letters" | "characters" | "invisible" | "marks" | "scripts";

/** A problem, and the character that causes it, if one does. */
export type NameRefusal = { readonly problem: NameProblem; readonly character?: string };

/** The longest name and the longest place in code points; a code point has at most 4 bytes. */
export const NAME_LENGTH = 100;
export const PLACE_LENGTH = 60;

/** Parses a name as it will be shown: without invisible characters (`cleanText`), in NFC, otherwise unchanged. */
export function parseName(raw: string): { name: string } | NameRefusal {
  const text = parseText(raw, NAME_LENGTH);
  if (typeof text === "object") return text;
  if (text === "") return { problem: "missing" };
  return /\p{L}/u.test(text) ? { name: text } : { problem: "letters" };
}

/** Parses a place by the rules of names; it may be empty. */
export function parsePlace(raw: string): { place: string } | NameRefusal {
  const text = parseText(raw, PLACE_LENGTH);
  if (typeof text === "object") return text;
  return text === "" || /\p{L}/u.test(text) ? { place: text } : { problem: "letters" };
}

/** Returns the first letter of each part of a name, each with a full stop, separated by blanks: «م. ر.», `A. K.` */
export function initialsOf(name: string): string {
  return name
    .split(" ")
    .flatMap((part) => part.match(/\p{L}/u)?.[0] ?? [])
    .map((letter) => `${letter}.`)
    .join(" ");
}

/** Whether a name cell holds only initials as `initialsOf` writes them; "Ali. Rez." would reveal half a name. */
export function isInitials(text: string): boolean {
  return text.split(" ").every((part) => /^\p{L}\.$/u.test(part));
}

/**
 * Returns a key that all spellings of one name share. It is only for comparing and is never shown.
 *
 * Folds what NFC and NFKC keep apart: Arabic and Persian yeh and kaf, alef and heh forms, hamza on yeh, digits. Drops
 * harakat, tatweel, joiners, selectors and punctuation.
 */
export function matchKey(name: string): string {
  return withAsciiDigits(name.normalize("NFKC"))
    .toLowerCase()
    .replace(/[أإآٱ]/g, "ا")
    .replace(/[يىېئ]/g, "ی")
    .replaceAll("ك", "ک")
    .replace(/[ةۀ]/g, "ه")
    .normalize("NFD")
    .replace(/[\u200d\u200c\u180e\p{M}\u0640\u02bb\u02bc\p{P}\p{S}]/gu, "")
    .normalize("NFC")
    .replace(/\s+/gu, " ")
    .trim();
}

// The cheapest checks come first, and length before whatever walks the text: 50,001 code points can be one grapheme.
function parseText(raw: string, max: number): string | NameRefusal {
  if (raw.length <= max && PLAIN.test(raw) && !PROTOCOL.test(raw)) return raw;
  if (raw.length > max * 4) return { problem: "long" };
  if (!raw.isWellFormed()) return { problem: "characters", character: raw.match(/\p{Cs}/u)?.[0] ?? "" };
  const text = cleanText(raw);
  if ([...text].length > max) return { problem: "long" };
  if (looksLikeLink(text)) return { problem: "link" };
  if (isTurned(text)) return { problem: "invisible", character: text.match(/[\u202d\u202e]/)?.[0] ?? "" };
  if (text !== "" && !ALLOWED.test(text)) return { problem: "characters", character: strangeIn(text) };
  const form = text.match(FORMS)?.[0];
  if (form !== undefined) return { problem: "characters", character: form };
  const marked = stackedMarksIn(text);
  if (marked !== undefined) return { problem: "marks", character: marked };
  const foreign = text.split(/[ \p{Pd}]/u).flatMap((word) => foreignLetterIn(word) ?? [])[0];
  return foreign === undefined ? text : { problem: "scripts", character: foreign };
}

// Latin letters up to U+017F, and the letters of Arabic and Persian. Each is its own NFC and has one mark at most.
const LATIN = "A-Za-z\\u00c0-\\u00d6\\u00d8-\\u00f6\\u00f8-\\u017f";
const PERSIAN = "\\u0621-\\u063a\\u0641-\\u064a\\u067e\\u0686\\u0698\\u06a9\\u06af\\u06cc";
const WORD = `(?:[${LATIN}${PERSIAN}]\\.|[${LATIN}]+|[${PERSIAN}]+(?:\\u200c[${PERSIAN}]+)*)`;
/**
 * Words of one script, joined letters and initials, with single blanks: most names. All that follows in `parseText` would
 * let such a text pass as it is, but for a link without punctuation.
 */
const PLAIN = new RegExp(`^${WORD}(?: ${WORD})*$`, "u");
const PROTOCOL = /http|ftp|mailto/i;

// Presentation forms, full-width forms, letterlike and mathematical letters: another spelling of ordinary letters.
const FORMS = /[\ufb00-\ufdff\ufe70-\ufeff\uff00-\uffef\u2100-\u214f\u{1d400}-\u{1d7ff}]/u;
// Letters, marks, digits, and the punctuation in names and places of the world, beginning with what can begin a name.
// A slash is allowed only as in "Ravi a/l Kumar", "Anita d/o Raj" (son of, daughter of): one letter on each side.
const ALLOWED =
  /^[\p{L}\p{Nd}'’‘ʼ(](?:[\p{L}\p{M}\p{Nd} '’‘ʼ´.,،·‧・‐‑–\-()\u05be\u05f3\u05f4\u055a\u0f0b\u180e\u200c\u200d]|(?<= \p{L})\/(?=\p{L} ))*$/u;
const BEGINS = /^[\p{L}\p{Nd}'’‘ʼ(]/u;
const INSIDE = /[\p{L}\p{M}\p{Nd} '’‘ʼ´.,،·‧・‐‑–\-()\u05be\u05f3\u05f4\u055a\u0f0b\u180e\u200c\u200d]/u;
const DOMAINS =
  "com|net|org|info|biz|edu|gov|ir|io|co|me|tv|xyz|online|site|shop|store|club|top|app|dev|link|click|live|news|blog|ru|uk|de|fr|us|tk|cc|ws|eu|tr|ae|onion";
const LINK = new RegExp(
  `://|www\\.|@|\\b(https?|ftp|mailto|t\\.me)\\b|[\\p{L}\\p{Nd}]{2}\\.(${DOMAINS})(?![\\p{L}\\p{M}.])`,
  "iu",
);

// A title without a blank after it, as in "Dr.De Silva" or "Ma.De Lourdes": a short word and one of two letters, each
// with one initial capital.
const TITLE = /(?<![\p{L}\p{M}\p{Nd}.\p{Pd}])\p{Lu}\p{Ll}{1,3}\.\p{Lu}\p{Ll}(?![\p{L}\p{M}\p{Nd}.\p{Pd}])/gu;

function looksLikeLink(text: string): boolean {
  return LINK.test(text.replace(TITLE, " "));
}

/** Finds the first character that is not allowed, or not allowed in its place. */
function strangeIn(text: string): string {
  const [first = "", ...others] = text;
  return (BEGINS.test(first) ? others.find((one) => !INSIDE.test(one)) : first) ?? "/";
}

/** Finds a letter with more marks than any real one, or with marks of another script; or a mark without a letter. */
function stackedMarksIn(text: string): string | undefined {
  const decomposed = text.normalize("NFD");
  const alone = /^\p{M}|[ ]\p{M}/u.exec(decomposed);
  if (alone) return alone[0].trim();
  const tooMany = /\p{Mn}{4}|\p{M}{7}/u.exec(decomposed);
  if (tooMany) return decomposed.slice(0, tooMany.index).match(/\P{M}(?=\p{M}*$)/u)?.[0] ?? tooMany[0];
  // The Arabic mark may follow other marks: "e", an acute and an Arabic mark.
  const misplaced = /([^\p{Script=Arabic}\u0640\p{M}])\p{M}*[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed]/u;
  return misplaced.exec(decomposed)?.[1];
}

const SCRIPTS = (
  "Latin Arabic Cyrillic Greek Hebrew Armenian Georgian Devanagari Bengali Gurmukhi Gujarati Oriya Tamil Telugu Kannada Malayalam Sinhala " +
  "Thai Lao Tibetan Myanmar Khmer Mongolian Ethiopic Syriac Thaana Cherokee Canadian_Aboriginal Tifinagh Nko Adlam Javanese Balinese Yi"
).split(" ");
// Japanese and Korean write several scripts in one word.
const WORDS = [
  ...SCRIPTS.map((script) => new RegExp(`^[\\p{scx=${script}}\\p{scx=Common}]*$`, "u")),
  /^[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Bopomofo}\p{scx=Common}]*$/u,
  /^[\p{scx=Hangul}\p{scx=Han}\p{scx=Common}]*$/u,
  // All scripts that are not listed here count as one, and mix with no other.
  new RegExp(
    `^[^${[...SCRIPTS, "Han", "Hiragana", "Katakana", "Bopomofo", "Hangul"].map((s) => `\\p{Script=${s}}`).join("")}]*$`,
    "u",
  ),
];

/** Finds the first letter of a word that is of another script than the letters before it. */
function foreignLetterIn(word: string): string | undefined {
  const letters = word.match(/\p{L}/gu) ?? [];
  const isOneScript = (count: number) => WORDS.some((pattern) => pattern.test(letters.slice(0, count).join("")));
  if (isOneScript(letters.length)) return undefined;
  return letters.find((_, i) => !isOneScript(i + 1));
}
