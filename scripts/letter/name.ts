/** Why a name or a place is not taken; each has a message in every language of the site. */
export type NameProblem = "missing" | "long" | "link" | "letters" | "characters" | "invisible" | "marks" | "scripts";

/** The longest name and the longest place in code points; a code point has at most 4 bytes. */
export const NAME_LENGTH = 100;
export const PLACE_LENGTH = 60;

/** The name as it will be shown: white space folded, NFC, nothing else changed. */
export function parseName(raw: string): { name: string } | { problem: NameProblem } {
  const text = parseText(raw, NAME_LENGTH);
  if (typeof text === "object") return text;
  if (text === "") return { problem: "missing" };
  return /\p{L}/u.test(text) ? { name: text } : { problem: "letters" };
}

/** A place by the rules of names; it may be empty. */
export function parsePlace(raw: string): { place: string } | { problem: NameProblem } {
  const text = parseText(raw, PLACE_LENGTH);
  if (typeof text === "object") return text;
  return text === "" || /\p{L}/u.test(text) ? { place: text } : { problem: "letters" };
}

/** The first letter of each part of a name, a full stop behind each, a blank between: «م. ر.», `A. K.` */
export function initialsOf(name: string): string {
  return name
    .split(" ")
    .flatMap((part) => part.match(/\p{L}/u)?.[0] ?? [])
    .map((letter) => `${letter}.`)
    .join(" ");
}

/** Whether a name cell holds nothing but initials as `initialsOf` writes them: "Ali. Rez." would be half a name. */
export function isInitials(text: string): boolean {
  return text.split(" ").every((part) => /^\p{L}\.$/u.test(part));
}

/**
 * What two spellings of one name have in common. Only for comparing, never shown.
 *
 * Folds what NFC and NFKC leave apart: Arabic and Persian yeh and kaf, alef and heh forms, hamza on yeh, digits; drops harakat,
 * tatweel, ZWNJ and punctuation.
 */
export function matchKey(name: string): string {
  return name
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[أإآٱ]/g, "ا")
    .replace(/[يىېئ]/g, "ی")
    .replaceAll("ك", "ک")
    .replace(/[ةۀ]/g, "ه")
    .replace(/[۰-۹]/g, (digit) => String(digit.charCodeAt(0) - 0x06f0))
    .replace(/[٠-٩]/g, (digit) => String(digit.charCodeAt(0) - 0x0660))
    .normalize("NFD")
    .replace(/[\p{M}\u0640\u200c\u02bb\u02bc\p{P}\p{S}]/gu, "")
    .normalize("NFC")
    .replace(/\s+/gu, " ")
    .trim();
}

// One order, cheapest first, lengths before anything that walks the text: 50,001 code points can be one grapheme.
function parseText(raw: string, max: number): string | { problem: NameProblem } {
  if (raw.length > max * 4) return { problem: "long" };
  if (!raw.isWellFormed()) return { problem: "characters" };
  const text = raw
    .replace(/\p{Zs}+/gu, " ")
    .replace(/^ | $/g, "")
    .normalize("NFC");
  if ([...text].length > max) return { problem: "long" };
  if (looksLikeLink(text)) return { problem: "link" };
  if (INVISIBLE.test(text) || hasStrayJoiner(text)) return { problem: "invisible" };
  if (text !== "" && !ALLOWED.test(text)) return { problem: "characters" };
  if (FORMS.test(text)) return { problem: "characters" };
  if (hasStackedMarks(text)) return { problem: "marks" };
  if (text.split(/[ \p{Pd}]/u).some((word) => !isOneScript(word))) return { problem: "scripts" };
  return text;
}

// Control, format, unassigned, private use, default-ignorable: nobody sees them. ZWNJ is judged apart: Persian spelling needs it.
const INVISIBLE = /[^\P{C}\u200c]|[^\P{Default_Ignorable_Code_Point}\u200c]/u;
// Presentation forms, full-width forms, letterlike and mathematical letters: another spelling of ordinary letters.
const FORMS = /[\ufb00-\ufdff\ufe70-\ufeff\uff00-\uffef\u2100-\u214f\u{1d400}-\u{1d7ff}]/u;
// Letters, marks, digits, and the punctuation that names and places of the world carry. Begins with what can begin a name.
// A slash stands only as in "Ravi a/l Kumar", "Anita d/o Raj" (son of, daughter of): one letter at each side.
const ALLOWED =
  /^[\p{L}\p{Nd}'’‘ʼ(](?:[\p{L}\p{M}\p{Nd} '’‘ʼ´.,،·‧・‐‑–\-()\u05be\u05f3\u05f4\u055a\u0f0b\u200c]|(?<= \p{L})\/(?=\p{L} ))*$/u;
const DOMAINS =
  "com|net|org|info|biz|edu|gov|ir|io|co|me|tv|xyz|online|site|shop|store|club|top|app|dev|link|click|live|news|blog|ru|uk|de|fr|us|tk|cc|ws|eu|tr|ae|onion";
const LINK = new RegExp(
  `://|www\\.|@|\\b(https?|ftp|mailto|t\\.me)\\b|[\\p{L}\\p{Nd}]{2}\\.(${DOMAINS})(?![\\p{L}\\p{M}.])`,
  "iu",
);

// A title without a blank behind it, as in "Dr.De Silva" or "Ma.De Lourdes": a short word and one of two letters, each
// with one capital in front.
const TITLE = /(?<![\p{L}\p{M}\p{Nd}.\p{Pd}])\p{Lu}\p{Ll}{1,3}\.\p{Lu}\p{Ll}(?![\p{L}\p{M}\p{Nd}.\p{Pd}])/gu;

function looksLikeLink(text: string): boolean {
  return LINK.test(text.replace(TITLE, " "));
}

function hasStrayJoiner(text: string): boolean {
  return [...text.matchAll(/\u200c/g)].some(({ index }) => !isBetweenArabic(text, index));
}

function isBetweenArabic(text: string, at: number): boolean {
  return /\p{Script=Arabic}\p{M}{0,3}$/u.test(text.slice(0, at)) && /^\u200c\p{Script=Arabic}/u.test(text.slice(at));
}

function hasStackedMarks(text: string): boolean {
  const decomposed = text.normalize("NFD");
  const tooMany = /^\p{M}|[ ]\p{M}|\p{Mn}{4}|\p{M}{7}/u.test(decomposed);
  // Behind other marks too: "e", an acute and an Arabic mark.
  const misplaced = /[^\p{Script=Arabic}\u0640\p{M}]\p{M}*[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed]/u.test(
    decomposed,
  );
  return tooMany || misplaced;
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
  // A script that is not listed here stands alone too.
  new RegExp(
    `^[^${[...SCRIPTS, "Han", "Hiragana", "Katakana", "Bopomofo", "Hangul"].map((s) => `\\p{Script=${s}}`).join("")}]*$`,
    "u",
  ),
];

function isOneScript(word: string): boolean {
  const letters = word.replace(/[^\p{L}]/gu, "");
  return WORDS.some((pattern) => pattern.test(letters));
}
