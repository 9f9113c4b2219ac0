import { REFUSAL_CODES } from "./order.ts";
import { CODE_WORDS } from "./reasons.ts";

/** The codes of a refusal as moderators type them, each with what it means in Persian. */
export const CODES_WITH_PERSIAN: string = REFUSAL_CODES.map((code) => `\`${code}\` (${CODE_WORDS.fa[code]})`).join(
  "، ",
);

const NUMBERS = new Intl.NumberFormat("fa");

/** Formats a number in Persian digits. */
export function persianNumber(value: number): string {
  return NUMBERS.format(value);
}

/** Sets Persian Markdown from right to left on a page of GitHub, whose own direction is the other one. */
export function inPersian(markdown: string): string {
  return `<div dir="rtl" lang="fa">\n\n${markdown}\n\n</div>`;
}
