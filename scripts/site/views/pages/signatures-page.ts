import type { AcceptedDay } from "../../../letter/ledger/day.ts";
import { TILE_WIDTH } from "../../../letter/ledger/tile.ts";
import { listShardName } from "../../../letter/signature/list.ts";
import type { SignedRow, SiteContext } from "../context.ts";
import { progress, signedPeople, signingWithinReach } from "../count-box.ts";
import { dayChart } from "../drawn/day-chart.ts";
import { fill, type Html, html, prose, trusted } from "../html.ts";
import { layout } from "../layout.ts";
import { roll } from "../names.ts";
import { numeral, plural, told } from "../numerals.ts";
import { type Lang, stringsIn } from "../strings.ts";

/** The number of the newest rows that the first page shows. */
export const NEWEST_ROWS = 250;

/** The page of the newest signatures and the totals, which changes with every batch. */
export function signaturesPage(
  site: SiteContext,
  lang: Lang,
  { shards, days = [] }: { shards: number; days?: readonly AcceptedDay[] },
): string {
  const { signatures } = stringsIn(lang);
  const rows = site.newest ?? [];
  return layout(site, lang, {
    title: signatures.title,
    path: "signatures/",
    at: "site",
    lasting: true,
    body: html`<h1>${signatures.title}</h1>
${trusted(site.texts[lang]["signed-as"])}
${totals(site, lang)}
${dayChart(lang, days)}
<h2>${signatures.newest}</h2>
${rows.length === 0 ? html`<p>${signatures.none}</p>` : html`${notes(lang)}${roll(site, lang, rows, { first: "newest", heading: "h3" })}`}
${shards > 0 && pages(site, lang, { shards })}
${signingWithinReach(site, lang)}`,
  });
}

/** The page of one shard of the list, oldest first and without totals, so that only a withdrawal changes it. */
export function shardPage(
  site: SiteContext,
  lang: Lang,
  { number, shards, rows }: { number: number; shards: number; rows: readonly SignedRow[] },
): string {
  const { signatures } = stringsIn(lang);
  const title = fill(signatures.page_title, { n: numeral(lang, number) });
  return layout(site, lang, {
    title: title.toString(),
    path: `signatures/${number}/`,
    at: "site",
    lasting: true,
    body: html`<h1>${title}</h1>
<p class="quiet">${fill(signatures.page_note, { n: numeral(lang, TILE_WIDTH) })}</p>
${rows.length === 0 ? html`<p>${signatures.none}</p>` : html`${notes(lang)}${roll(site, lang, rows, { first: "oldest", heading: "h2" })}`}
<p><a href="${site.siteUrl}/list/${listShardName(number - 1)}">${signatures.raw}</a></p>
${pages(site, lang, { shards, current: number })}
${signingWithinReach(site, lang)}`,
  });
}

function notes(lang: Lang): Html {
  const { signatures } = stringsIn(lang);
  return html`<p class="quiet">${prose(signatures.as_written)} ${prose(signatures.no_search)}</p>\n`;
}

/** Renders the number of people, how many of them are shown in which way, and how many have left. */
export function totals(site: SiteContext, lang: Lang): Html {
  if (!site.totals) return html``;
  const { signatures } = stringsIn(lang);
  const { listed, withdrawn, shown } = site.totals;
  const { goal } = site.campaign;
  const kinds = ["name", "initials", "hidden", "counted"] as const;
  return html`<p class="count">${signedPeople(lang, site.totals)}</p>
${goal !== undefined && progress(lang, listed, goal)}
${
  listed > 0 &&
  html`<table><caption>${signatures.by_shown}</caption><thead><tr><th scope="col">${signatures.shown}</th><th scope="col">${signatures.count}</th></tr></thead>
<tbody>${kinds.map((kind) => html`<tr><th scope="row">${signatures[kind]}</th><td>${told(lang, kind, shown[kind])}</td></tr>\n`)}</tbody></table>`
}
${withdrawn > 0 && html`<p>${fill(plural(lang, withdrawn, signatures.withdrawn), { n: told(lang, "withdrawn", withdrawn) })}</p>`}`;
}

// A page links to itself, its neighbours, the first and the newest. That is enough to browse, and a new shard changes
// only the last page.
function pages(site: SiteContext, lang: Lang, { shards, current }: { shards: number; current?: number }): Html {
  const { signatures } = stringsIn(lang);
  const address = `${site.siteUrl}/${lang}/signatures/`;
  const numbered = (n: number) =>
    n === current
      ? html`<li><span aria-current="page">${numeral(lang, n)}</span></li>`
      : html`<li><a href="${address}${n}/" aria-label="${fill(signatures.page_n, { n: numeral(lang, n) }).toString()}">${numeral(lang, n)}</a></li>`;
  const near = current === undefined ? [1, 2, shards - 1, shards] : [1, current - 1, current, current + 1];
  const numbers = [...new Set(near)].filter((n) => n >= 1 && n <= shards).sort((a, b) => a - b);
  return html`<nav class="full" aria-label="${signatures.pages}"><ul class="pages">
${current !== undefined && html`<li><a href="${address}">${signatures.first_page}</a></li>\n`}${numbers.map((n, i) => html`${i > 0 && n - (numbers[i - 1] ?? 0) > 1 && html`<li aria-hidden="true">…</li>\n`}${numbered(n)}\n`)}${current !== undefined && current < shards && html`<li><a href="${address}${current + 1}/" rel="next">${signatures.next_page}</a></li>\n`}</ul></nav>`;
}
