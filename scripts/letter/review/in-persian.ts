import { REFUSAL_CODES, type RefusalCode } from "./order.ts";

const CODES_IN_PERSIAN: Readonly<Record<RefusalCode, string>> = {
  "fake-name": "نام ساختگی",
  duplicate: "تکراری",
  advert: "آگهی",
  offensive: "ناسزا",
  "not-a-person": "شخص نیست",
};

/** The codes of a refusal as moderators type them, each with what it means in Persian. */
export const CODES_WITH_PERSIAN: string = REFUSAL_CODES.map((code) => `\`${code}\` (${CODES_IN_PERSIAN[code]})`).join(
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
