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
