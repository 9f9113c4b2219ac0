import { crockfordOfLowBits } from "./crockford.ts";

/** Characters of the confirmation code in the mail. */
export const CONFIRMATION_CODE_LENGTH = 8;
/** Characters of the withdrawal code on the page after the confirmation. */
export const WITHDRAWAL_CODE_LENGTH = 26;

/** A new withdrawal code: 26 upper-case Crockford characters (130 bits) from 26 random bytes. */
export function newWithdrawalCode(random: Uint8Array): string {
  return crockfordOfLowBits(random.subarray(0, WITHDRAWAL_CODE_LENGTH));
}

/**
 * The code that a person typed, in its one spelling: upper-case Crockford without separators.
 *
 * Accepts lower case, blanks, hyphens, Persian and Arabic digits, invisible direction marks that a mail program added,
 * and the look-alikes Crockford names (O for 0, I and L for 1).
 *
 * @returns undefined for anything that is not a well-formed code of that length
 */
export function parseCode(typed: string, length: number): string | undefined {
  if (typed.length > 200) return undefined;
  const code = typed
    .normalize("NFKC")
    .replace(/[\s\p{Cf}\p{Pd}_.]/gu, "")
    .replace(/[۰-۹]/g, (digit) => String(digit.charCodeAt(0) - 0x06f0))
    .replace(/[٠-٩]/g, (digit) => String(digit.charCodeAt(0) - 0x0660))
    .toUpperCase()
    .replaceAll("O", "0")
    .replace(/[IL]/g, "1");
  return code.length === length && /^[0-9A-HJKMNP-TV-Z]+$/.test(code) ? code : undefined;
}
