import type { SiteContext } from "./context.ts";
import { type Html, html, trusted } from "./html.ts";
import { layout } from "./layout.ts";
import { numeral } from "./numerals.ts";
import { type Lang, stringsIn } from "./strings.ts";

/** One batch as the ledger tells it. */
export type Batch = { readonly filed: number; readonly refused: number; readonly leftOut: number };

/** The way of a signature in plain words, and what became of every batch. */
export function howPage(site: SiteContext, lang: Lang, { batches }: { batches: readonly Batch[] }): string {
  const { how } = stringsIn(lang);
  return layout(site, lang, {
    title: how.title,
    path: "how/",
    at: "site",
    robots: "index",
    body: html`<h1>${how.title}</h1>
${trusted(site.texts[lang].how)}
<h2>${how.batches}</h2>
${batches.length === 0 ? html`<p>${how.no_batches}</p>` : table(lang, batches)}`,
  });
}

function table(lang: Lang, batches: readonly Batch[]): Html {
  const { how } = stringsIn(lang);
  const heads = [how.batch, how.filed, how.accepted, how.refused, how.left_out];
  const rows = batches.map(({ filed, refused, leftOut }, index) =>
    [index + 1, filed, filed - refused - leftOut, refused, leftOut].map((cell) => numeral(lang, cell)),
  );
  return html`<section class="scroll" aria-label="${how.batches}" tabindex="0"><table><thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>${rows.map(([first, ...cells]) => html`<tr><th scope="row">${first}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>\n`)}</tbody></table></section>`;
}
