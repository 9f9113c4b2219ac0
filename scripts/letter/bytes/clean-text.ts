/**
 * A text as its reader sees it: what nobody sees is dropped, every white space is one blank, none at the ends, in NFC.
 *
 * Keyboards, phones, messengers and spreadsheets leave direction marks, joiners, tabs and soft hyphens in what people type and
 * paste; nobody is sent back for what they cannot see. Joiners and variation selectors that change what is seen stay where
 * spelling has them (UAX #31 §2.3, with additions), each once. An override that turns letters round stays too, for the
 * caller to refuse: without it the text would be another one.
 */
export function cleanText(raw: string): string {
  let text = tidy(dropOverrides(raw.replace(BLANKS, " ")).replace(UNSEEN, ""));
  // What is dropped brings marks together, whose order in NFC may part a joiner from its letter: until nothing changes.
  for (let before = ""; before !== text; ) {
    before = text;
    text = tidy(keepSpelling(text));
  }
  return text;
}

function tidy(text: string): string {
  return text.replace(/ {2,}/g, " ").replace(/^ | $/g, "").normalize("NFC");
}

/** Whether a text of letters is turned round by an override (LRO, RLO) that `cleanText` could not drop. */
export function isTurned(text: string): boolean {
  return /[\u202d\u202e]/.test(text);
}

// White space of every kind, and fillers that are shown as a blank: Hangul, half-width Hangul, Braille.
const BLANKS = /[\p{Zs}\p{Zl}\p{Zp}\t\n\v\f\r\u0085\u3164\uffa0\u2800]+/gu;

// Control, format and default-ignorable, but for joiners and selectors, overrides, and signs that are seen although they
// are format characters, such as U+06DD.
const UNSEEN =
  /(?!\u200c|\u200d|[\u180b-\u180f]|[\ufe00-\ufe02]|[\u{e0100}-\u{e01ef}]|[\u202d\u202e\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}])[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;

const [LRO, PDF] = ["\u202d", "\u202c"];
const RIGHT_TO_LEFT =
  /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}\p{Script=Samaritan}\p{Script=Mandaic}\p{Script=Hanifi_Rohingya}]/u;
const LEFT_TO_RIGHT = new RegExp(`(?!${RIGHT_TO_LEFT.source})[\\p{L}\\p{Nd}]`, "u");

/** Without overrides of letters that go this way by themselves; they reach to the next PDF, or to the end. */
function dropOverrides(text: string): string {
  return text.replace(/([\u202d\u202e])([^\u202c-\u202e]*)/gu, (all, override: string, reach: string) => {
    const turns = override === LRO ? RIGHT_TO_LEFT.test(reach) : LEFT_TO_RIGHT.test(reach) || /\p{Nd}/u.test(reach);
    return turns ? all.replaceAll(PDF, "") : reach;
  });
}

const SELECTORS = /(?:\u200c|\u200d|[\u180b-\u180f]|[\ufe00-\ufe02]|[\u{e0100}-\u{e01ef}])+/gu;

/** The text with the first joiner or selector of each run that spelling has there, and no other. */
function keepSpelling(text: string): string {
  let [kept, from] = ["", 0];
  for (const { 0: run, index } of text.matchAll(SELECTORS)) {
    kept += text.slice(from, index);
    from = index + run.length;
    // What was dropped before it stands between no letters any more.
    kept += [...run].find((one) => isSpelling(kept, one, text.slice(from))) ?? "";
  }
  return kept + text.slice(from);
}

// Viramas of scripts in which they make conjuncts (canonical combining class 9).
const VIRAMA =
  "[\\u094d\\u09cd\\u0a4d\\u0acd\\u0b4d\\u0bcd\\u0c4d\\u0ccd\\u0d3b\\u0d3c\\u0d4d\\u0dca\\u1039\\u17d2\\u1b44\\u1baa\\u1bab\\ua806\\ua8c4\\ua953\\ua9c0\\uaaf6\\uabed]";
const BEHIND_VIRAMA = new RegExp(`${VIRAMA}$`, "u");
const BEFORE_VIRAMA = new RegExp(`^${VIRAMA}\\p{L}`, "u");
const CURSIVE = ["Arabic", "Syriac", "Nko", "Adlam", "Mongolian"].map((script) => ({
  before: new RegExp(`\\p{Script=${script}}\\p{M}{0,3}$`, "u"),
  after: new RegExp(`^\\p{Script=${script}}`, "u"),
}));
const INITIAL_HEH = /(^|[^\p{L}\p{M}\p{Nd}])\u0647$/u;

function isSpelling(before: string, one: string, after: string): boolean {
  switch (one) {
    case "\u200c":
      // Between two letters that would join («علی‌رضا»), or in a conjunct that is not to be made.
      return (
        CURSIVE.some((script) => script.before.test(before) && script.after.test(after)) ||
        (BEHIND_VIRAMA.test(before) && /^\p{L}/u.test(after))
      );
    case "\u200d":
      // In conjuncts: «ශ්‍රී», «র‍্যা». And in the abbreviation «ه‍.», which without it looks like the digit five.
      return (
        BEHIND_VIRAMA.test(before) ||
        (/\p{L}$/u.test(before) && BEFORE_VIRAMA.test(after)) ||
        (INITIAL_HEH.test(before) && !/^[\p{Script=Arabic}\p{M}]/u.test(after))
      );
    case "\u180e":
      return /\p{Script=Mongolian}$/u.test(before) && /^\p{Script=Mongolian}/u.test(after);
    case "\u180b":
    case "\u180c":
    case "\u180d":
    case "\u180f":
      return /\p{Script=Mongolian}$/u.test(before);
    default:
      // The shape of an ideograph that a family has («葛󠄀»).
      return /\p{Script=Han}$/u.test(before);
  }
}
