import type { ListRow } from "../../letter/signature/list.ts";
import { showsName } from "../../letter/signature/shown.ts";
import type { SignedRow, SiteContext } from "./context.ts";
import { dayElement } from "./dates.ts";
import { fill, type Html, html, prose, trusted } from "./html.ts";
import { numeral } from "./numerals.ts";
import { type Lang, stringsIn } from "./strings.ts";

/**
 * Renders rows grouped by the text that they signed and by day. Rows whose name is not shown come last, only as a
 * number: they have no day, and their place among the others must not hint at one.
 *
 * @param order `heading`: the level of a day's heading, which is the one below the heading before the list
 */
export function roll(
  site: SiteContext,
  lang: Lang,
  rows: readonly SignedRow[],
  order: { readonly first: "newest" | "oldest"; readonly heading: "h2" | "h3" },
): Html {
  // The text is named even while there is only one: a second one must not change the existing pages of the list.
  return html`${[...Map.groupBy(rows, ({ edition }) => edition)].map(
    ([edition, those]) => html`<p class="quiet">${signedText(site, lang, edition)}</p>
${days(lang, those, order)}`,
  )}`;
}

function signedText(site: SiteContext, lang: Lang, edition: string): Html {
  const { signed_text, edition_link } = stringsIn(lang).signatures;
  const label = fill(edition_link, { edition: html`<bdi dir="ltr"><code>${edition.slice(0, 8)}</code></bdi>` });
  return fill(signed_text, { text: html`<a href="${site.siteUrl}/letter/${edition}/${lang}.md">${label}</a>` });
}

function days(lang: Lang, rows: readonly ListRow[], { first, heading }: Parameters<typeof roll>[3]): Html {
  const named = byDay(rows, first).map(
    ([
      day,
      those,
    ]) => html`${trusted(`<${heading} class="day full">`)}${dayElement(lang, day)}${trusted(`</${heading}>`)}
<ul class="roll full">
${those.map((row) => html`<li${languageOf(lang, row)}>${nameAndPlace(row)}</li>\n`)}</ul>
`,
  );
  return html`${named}${morePeople(lang, rows.filter(({ shown }) => !showsName(shown)).length)}`;
}

// Within a batch, rows are in the order of their random ids, so their days are mixed.
function byDay(rows: readonly ListRow[], first: "newest" | "oldest"): [day: string, rows: ListRow[]][] {
  const days = Map.groupBy(
    rows.filter(({ shown }) => showsName(shown)),
    ({ signed }) => signed,
  );
  return [...days].sort(([a], [b]) => (a < b === (first === "oldest") ? -1 : 1));
}

function morePeople(lang: Lang, count: number): Html {
  if (count === 0) return html``;
  const { one_more, more_people, not_reviewed } = stringsIn(lang).signatures;
  return html`<p class="more">${count === 1 ? one_more : fill(more_people, { n: numeral(lang, count) })} <small>${prose(not_reviewed)}</small></p>
`;
}

/** A voice that reads another language names the letters of a Persian name one by one, as "arabic reh". */
function languageOf(lang: Lang, { name }: ListRow): Html {
  return html`${lang !== "fa" && /\p{Script=Arabic}/u.test(name) && html` lang="fa"`}`;
}

function nameAndPlace({ name, place }: ListRow): Html {
  return html`<bdi class="who">${name}</bdi>${place !== "" && html` <bdi class="at">${place}</bdi>`}`;
}
