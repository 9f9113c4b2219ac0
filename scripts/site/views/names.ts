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
 * @param heading the level of a day's heading, which is the one below the heading before the list
 */
export function roll(
  site: SiteContext,
  lang: Lang,
  rows: readonly SignedRow[],
  { first, heading }: { readonly first: "newest" | "oldest"; readonly heading: "h2" | "h3" },
): Html {
  // The text is named even while there is only one: a second one must not change the existing pages of the list.
  return html`${textsOf(rows).map(
    ({ edition, days, more }) => html`<p class="quiet">${signedText(site, lang, edition)}</p>
${(first === "oldest" ? days : days.toReversed()).map(
  ({
    day,
    items,
  }) => html`${trusted(`<${heading} class="day full">`)}${dayElement(lang, day)}${trusted(`</${heading}>`)}
<ul class="roll full">
${items}</ul>
`,
)}${morePeople(lang, more)}`,
  )}`;
}

/** The rows that signed one text: the names of each day, oldest first, as items of a list, and how many show none. */
type RollOfText = {
  readonly edition: string;
  readonly days: readonly { readonly day: string; readonly items: Html }[];
  readonly more: number;
};

// Names are the same in every language: they are rendered for the first page that shows these rows.
const known = new WeakMap<readonly SignedRow[], readonly RollOfText[]>();

function textsOf(rows: readonly SignedRow[]): readonly RollOfText[] {
  const texts =
    known.get(rows) ??
    Array.from(
      Map.groupBy(rows, ({ edition }) => edition),
      ([edition, those]) => ({
        edition,
        days: byDay(those).map(([day, named]) => ({ day, items: trusted(named.map(item).join("")) })),
        more: those.filter(({ shown }) => !showsName(shown)).length,
      }),
    );
  known.set(rows, texts);
  return texts;
}

function signedText(site: SiteContext, lang: Lang, edition: string): Html {
  const { signed_text, edition_link } = stringsIn(lang).signatures;
  const digest = edition.slice(0, 8);
  // A voice would read a hash as a word: it hears the letters one by one.
  const label = fill(edition_link, {
    edition: html`<bdi dir="ltr" aria-hidden="true"><code>${digest}</code></bdi><span class="hidden" dir="ltr">${[...digest].join(" ")}</span>`,
  });
  return fill(signed_text, {
    text: html`<a href="${site.siteUrl}/letter/${edition}/${lang}.md">${label}</a>`,
  });
}

// Within a batch, rows are in the order of their random ids, so their days are mixed.
function byDay(rows: readonly ListRow[]): [day: string, rows: ListRow[]][] {
  const days = Map.groupBy(
    rows.filter(({ shown }) => showsName(shown)),
    ({ signed }) => signed,
  );
  return [...days].sort(([a], [b]) => (a < b ? -1 : 1));
}

function morePeople(lang: Lang, count: number): Html {
  if (count === 0) return html``;
  const { one_more, more_people, not_reviewed } = stringsIn(lang).signatures;
  return html`<p class="more">${count === 1 ? one_more : fill(more_people, { n: numeral(lang, count) })} <small>${prose(not_reviewed)}</small></p>
`;
}

function item({ name, place }: ListRow): string {
  const at = place === "" ? "" : ` <bdi class="at">${escaped(place)}</bdi>`;
  return `<li${languageOf(name)}><bdi class="who">${escaped(name)}</bdi>${at}</li>\n`;
}

/** A voice that reads another language names the letters of a Persian name one by one, as "arabic reh". */
function languageOf(name: string): string {
  return /\p{Script=Arabic}/u.test(name) ? ' lang="fa"' : "";
}

/** A list has millions of names, and few that need it. */
function escaped(text: string): string {
  return /[&<>"']/.test(text) ? html`${text}`.toString() : text;
}
