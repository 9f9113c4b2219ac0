import { crockfordOfLowBits } from "../bytes/crockford.ts";
import { withAsciiDigits } from "../bytes/digits.ts";

/** The length of the mailed confirmation code, in characters. */
export const CONFIRMATION_CODE_LENGTH = 8;
/** The length of the withdrawal code on the page after the confirmation, in characters. */
export const WITHDRAWAL_CODE_LENGTH = 26;

/** Creates a withdrawal code: 26 upper-case Crockford characters (130 bits) from 26 random bytes. */
export function newWithdrawalCode(random: Uint8Array): string {
  return crockfordOfLowBits(random.subarray(0, WITHDRAWAL_CODE_LENGTH));
}

/** The longest input of the code field, in UTF-16 code units: enough for a whole pasted mail. */
export const CODE_FIELD_LENGTH = 2000;

/**
 * Parses a typed or pasted code into its canonical spelling: upper-case Crockford without separators.
 *
 * Accepts lower case, Persian, Arabic and full-width digits, the look-alikes Crockford names (O for 0, I and L for 1),
 * and what programs put around a code or into it: blanks, line breaks, hyphens, stops, quotes, brackets, invisible
 * characters, «کد شما: X», or the whole mail. It refuses a text with several codes. The browser does the same (`codeIn`
 * in `typing.js`) and is tested with the same vectors.
 *
 * @returns undefined when there is no well-formed code of that length
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
  // Check before upper-casing, which turns ß into two letters.
  if (text.length !== length || /[^0-9A-Za-z]/.test(text)) return undefined;
  const code = text.toUpperCase().replaceAll("O", "0").replace(/[IL]/g, "1");
  return /^[0-9A-HJKMNP-TV-Z]+$/.test(code) ? code : undefined;
}

/** Finds codes in capitals among other words, written as one word or in groups. */
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
