import { type Html, html } from "../html.ts";
import { numeral } from "../numerals.ts";
import { type Lang, stringsIn } from "../strings.ts";

/** A bar chart. All its values are also in a table or list beside it, for readers who cannot see it. */
export type Chart = {
  /** unique on its page */
  readonly id: string;
  readonly title: string;
  /** what the chart shows, in a sentence with its numbers */
  readonly description: string;
  /** the names of a bar's segments, from the base up; a single one needs no legend */
  readonly parts: readonly string[];
  /** the bars in reading order, each with a value for every part */
  readonly bars: readonly { readonly label: string; readonly values: readonly number[] }[];
};

const WIDTH = 360;
const HEIGHT = 120;
// Letters are larger on a phone, where the whole chart is drawn smaller.
const [TOP, BASE] = [22, HEIGHT - 24];
/** Fewer bars say nothing that their numbers do not. */
const FEWEST = 3;

/**
 * Draws the chart as static SVG without its own style: colours come from the style sheet, `.chart .part-0` and so on.
 * Fewer than three bars are not drawn.
 *
 * It runs from left to right in every language, as charts do in Iranian schoolbooks; words keep their own direction.
 */
export function barChart(lang: Lang, { id, title, description, parts, bars }: Chart): Html {
  if (bars.length < FEWEST) return html``;
  const rtl = stringsIn(lang).language.dir === "rtl";
  const most = Math.max(1, ...bars.map(({ values }) => sum(values)));
  const step = WIDTH / Math.max(bars.length, 8);
  // Leave a gap between bars while there is room for it.
  const width = step > 3 ? step * 0.75 : step;
  // FSI … PDI keep the direction of the chart from reordering a label.
  const word = (label: string) => (rtl ? `\u2068${label}\u2069` : label);
  const scale = (value: number) => (value / most) * (BASE - TOP);
  const pieces = bars.flatMap(({ values }, i) =>
    values.map((value, part) => {
      const base = BASE - scale(sum(values.slice(0, part)));
      const x = tenth(i * step + (step - width) / 2);
      return value > 0
        ? html`<rect class="part-${part}" x="${x}" y="${tenth(base - scale(value))}" width="${tenth(width)}" height="${tenth(scale(value))}"/>`
        : html``;
    }),
  );
  const [first, last] = [bars[0]?.label, bars.at(-1)?.label];
  const lastAt = Math.max(bars.length * step, 9 * ((first?.length ?? 0) + (last?.length ?? 0) + 1));
  return html`<figure class="chart"><figcaption>${title}${parts.length > 1 && html`<span class="legend">${parts.map((name, part) => html` <span class="key part-${part}">${name}</span>`)}</span>`}</figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" direction="ltr" role="img" aria-labelledby="${id}-text">
<desc id="${id}-text">${description}</desc>
<path class="line" d="M0 ${TOP}H${WIDTH}M0 ${BASE}H${WIDTH}"/>
${pieces}
<g aria-hidden="true"><text x="0" y="${TOP - 4}">${numeral(lang, most)}</text>
${first && html`<text x="0" y="${HEIGHT - 5}">${word(first)}</text>`}${last && html`<text class="end" x="${tenth(lastAt)}" y="${HEIGHT - 5}">${word(last)}</text>`}</g>
</svg></figure>`;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}
