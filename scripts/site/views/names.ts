import type { ListRow } from "../../letter/list.ts";
import { isPublic } from "../../letter/shown.ts";
import type { SiteContext } from "./context.ts";
import { dayElement } from "./dates.ts";
import { fill, type Html, html } from "./html.ts";
import { numeral, plural } from "./numerals.ts";
import { type Lang, stringsIn } from "./strings.ts";

/** The newest names below the letter; rows whose name is not shown are told by their number in one line. */
export function newestNames(site: SiteContext, lang: Lang): Html {
  const rows = site.newest?.filter(({ shown }) => isPublic(shown)).slice(0, 6) ?? [];
  if (rows.length === 0) return html``;
  return html`<ul class="names" aria-label="${stringsIn(lang).letter.newest}">
${rows.map((row) => html`<li>${nameAndPlace(row)} ${dayElement(lang, row.signed)}</li>\n`)}</ul>`;
}

/** Rows in their order; neighbours whose name is not shown become "and 3 more people", so that none is singled out. */
export function roll(lang: Lang, rows: readonly ListRow[]): Html {
  const strings = stringsIn(lang).signatures;
  const items: Html[] = [];
  let unnamed = 0;
  const flush = () => {
    if (unnamed > 0) {
      const text = unnamed === 1 ? strings.one_more : plural(lang, unnamed, strings.more_people);
      items.push(html`<li class="more">${fill(text, { n: numeral(lang, unnamed) })}</li>\n`);
    }
    unnamed = 0;
  };
  for (const row of rows) {
    if (!isPublic(row.shown)) {
      unnamed++;
      continue;
    }
    flush();
    items.push(html`<li>${nameAndPlace(row)} <small>${dayElement(lang, row.signed)}</small></li>\n`);
  }
  flush();
  return html`<ul class="roll full">\n${items}</ul>`;
}

function nameAndPlace({ name, place }: ListRow): Html {
  return html`<bdi class="who">${name}</bdi>${place !== "" && html` <bdi class="at">${place}</bdi>`}`;
}
