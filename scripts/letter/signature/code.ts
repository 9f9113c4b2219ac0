import { crockfordOfLowBits } from "../bytes/crockford.ts";
import { withAsciiDigits } from "../bytes/digits.ts";

/** Characters of the confirmation code in the mail. */
export const CONFIRMATION_CODE_LENGTH = 8;
/** Characters of the withdrawal code on the page after the confirmation. */
export const WITHDRAWAL_CODE_LENGTH = 26;

/** A new withdrawal code: 26 upper-case Crockford characters (130 bits) from 26 random bytes. */
export function newWithdrawalCode(random: Uint8Array): string {
  return crockfordOfLowBits(random.subarray(0, WITHDRAWAL_CODE_LENGTH));
}

/** What may be typed or pasted into the field at most, in UTF-16 code units: a whole mail with its code. */
export const CODE_FIELD_LENGTH = 2000;

/**
 * The code that a person typed or pasted, in its one spelling: upper-case Crockford without separators.
 *
 * Accepts lower case, Persian, Arabic and full-width digits, the look-alikes Crockford names (O for 0, I and L for 1), and
 * what programs put around a code or into it: blanks, line breaks, hyphens, stops, quotes, brackets, invisible characters,
 * «کد شما: X», or the whole mail. Of several codes in one text it takes none. The browser does the same (`codeIn` in
 * `page.js`), over the same vectors.
 *
 * @returns undefined where there is no well-formed code of that length
 */
export function parseCode(typed: string, length: number): string | undefined {
  if (typed.length > CODE_FIELD_LENGTH) return undefined;
  const seen = typed.normalize("NFKC").replace(/[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, "");
  const text = withAsciiDigits(seen);
  const whole = (part: string) => codeOf(part.replace(/[^\p{L}\p{N}]/gu, ""), length);
  const words = text.split(/[^0-9A-Za-z\p{Pd}_.]+/u).map((word) => word.replace(/[^0-9A-Za-z]/g, ""));
  return (
    whole(text) ??
    onlyOne(runsOf(words, length)) ??
    whole(text.slice(text.lastIndexOf(":") + 1)) ??
    onlyOne(words.filter((word) => /\d/.test(word)).map((word) => codeOf(word, length)))
  );
}

function codeOf(text: string, length: number): string | undefined {
  // Before it is put in capitals: ß becomes two letters.
  if (text.length !== length || /[^0-9A-Za-z]/.test(text)) return undefined;
  const code = text.toUpperCase().replaceAll("O", "0").replace(/[IL]/g, "1");
  return /^[0-9A-HJKMNP-TV-Z]+$/.test(code) ? code : undefined;
}

/** The codes that stand in capitals among other words, in one word or in groups. */
function runsOf(words: readonly string[], length: number): (string | undefined)[] {
  return words.flatMap((_, from) => {
    let run = "";
    for (let at = from; run.length < length && /^[^a-z]+$/.test(words[at] ?? ""); at++) run += words[at];
    return codeOf(run, length) ?? [];
  });
}

function onlyOne(codes: readonly (string | undefined)[]): string | undefined {
  const [code, ...others] = new Set(codes.filter((one) => one !== undefined));
  return others.length === 0 ? code : undefined;
}
