import type { TextStyle } from "../../../outside/picture.ts";
import { type Html, html } from "../html.ts";
import { type Lang, stringsIn } from "../strings.ts";

/** Measures a line of text in pixels. */
export type Measure = (text: string, style: TextStyle) => number;

/** Returns the font of a language; `heavy` is for headings. */
export function faceOf(lang: Lang, size: number, heavy = false): TextStyle {
  return lang === "fa"
    ? { family: "Vazirmatn", weight: heavy ? 700 : 400, size }
    : { family: "Source Serif 4", weight: heavy ? 600 : 400, size };
}

/** Draws a line of text. `start`: the distance from the side where the language begins; `top`: the baseline's y. */
export function textLine(
  lang: Lang,
  text: string,
  style: TextStyle,
  place: { start: number; top: number; width: number; fill: string },
): Html {
  const rightToLeft = stringsIn(lang).language.dir === "rtl";
  const { start, top, width, fill } = place;
  const anchor = rightToLeft ? "end" : "start";
  return html`<text x="${rightToLeft ? width - start : start}" y="${top}" text-anchor="${anchor}" font-family="${style.family}" font-weight="${style.weight}" font-size="${style.size}" fill="${fill}">${isolated(lang, text)}</text>`;
}

/** Isolates a sentence in the direction of its language, because SVG has no `dir`. */
export function isolated(lang: Lang, text: string): string {
  return `${stringsIn(lang).language.dir === "rtl" ? "\u2067" : "\u2066"}${text}\u2069`;
}

/**
 * Breaks a text into lines, in the largest letters with which it fits a box: `most` pixels, or fewer.
 *
 * @param lead from one baseline to the next, in sizes of the letters
 */
export function fitted(
  text: string,
  box: { width: number; height: number },
  most: number,
  faceAt: (size: number) => TextStyle,
  measure: Measure,
  lead: number,
): { lines: string[]; style: TextStyle } {
  for (let size = most; ; size -= 2) {
    const style = faceAt(size);
    const lines = wrapped(text, style, box.width, measure);
    const fits = lines.length * size * lead <= box.height && lines.every((line) => measure(line, style) <= box.width);
    if (fits || size <= 12) return { lines: balanced(lines, text, style, box.width, measure), style };
  }
}

/** Breaks a text into as many lines again, of about the same length, so that the last one has more than a word. */
function balanced(lines: string[], text: string, style: TextStyle, width: number, measure: Measure): string[] {
  const narrower = wrapped(text, style, width - style.size / 4, measure);
  const fits = narrower.length === lines.length && narrower.every((line) => measure(line, style) <= width);
  return fits && width > style.size ? balanced(narrower, text, style, width - style.size / 4, measure) : lines;
}

/** Isolates what runs from left to right in every language, such as an address. */
export function ltr(text: string): string {
  return `\u2066${text}\u2069`;
}

/** Breaks a text into lines of at most this width. */
export function wrapped(text: string, style: TextStyle, width: number, measure: Measure): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const longer = `${lines.at(-1) ?? ""} ${word}`.trim();
    if (lines.length > 0 && measure(longer, style) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
