/** What the pages themselves say: Persian letters and digits, ASCII, punctuation. */
export const PERSIAN = ranges(
  "20-7e a0 ab b7 bb d7 60c 61b 61f 621-63a 640-642 644-655 66a-66c 670 67e 686 698 6a9 6af 6cc 6c0 6f0-6f9 200c-200f 2013 2014 2018-201e 2022 2026 2066-2069",
);
/** The same without Latin letters, for headings and buttons: they have hardly any, and every page waits for them. */
export const PERSIAN_HEADINGS = PERSIAN.replace(/[A-Za-z]/g, "");
/**
 * All letters and vowel signs of Arabic, Kurdish, Azerbaijani, Urdu: a word must not be split between two files, or its
 * letters would not join. The signs of the Quran and the letters of African languages are left to the reader's machine.
 */
export const ARABIC = ranges("60c 61b 61f 620-655 660-66f 670-6d5 6ee-6ff");
/** What a page in a Latin script says. */
export const LATIN = ranges("20-7e a0-ff 131 152 153 2013 2014 2018-201e 2022 2026");

/** The characters of a list of code points and ranges, in hexadecimal: `20-7e a0`. */
export function ranges(list: string): string {
  return list
    .split(" ")
    .flatMap((range) => {
      const [from = 0, to = from] = range.split("-").map((hex) => Number.parseInt(hex, 16));
      return Array.from({ length: to - from + 1 }, (_, offset) => String.fromCodePoint(from + offset));
    })
    .join("");
}
