import { peopleOf } from "../../../letter/signature/record.ts";
import type { SiteContext } from "../context.ts";
import { html } from "../html.ts";
import { numeral, plural } from "../numerals.ts";
import { type Lang, stringsIn } from "../strings.ts";
import { faceOf, type Measure, textLine, wrapped } from "./picture-text.ts";

/** The size of a preview on social networks (1.91 : 1, as Open Graph images are). */
export const CARD = { width: 1200, height: 630 } as const;

/** The light colours of site.css: a picture cannot follow a reader's colour scheme. */
export const COLOURS = {
  paper: "#fffefb",
  ink: "#17202a",
  quiet: "#404a54",
  frame: "#8496b8",
  lapis: "#1c3f7f",
} as const;
/** Pictures are kept for a long time, and "3 people have signed" keeps others away. */
const FEWEST_TO_POST = 30;
const SIDE = 96;

/**
 * Draws the preview of a shared link as SVG: the letter's title (only the site's title, unless the campaign lets
 * previews name the letter), the number of signatures once it is no longer small, and the host.
 */
export function cardSvg(site: SiteContext, lang: Lang, measure: Measure): string {
  const { width, height } = CARD;
  const place = { start: SIDE, width };
  const head = faceOf(lang, headline(site, lang).named ? 52 : 84, true);
  const lines = wrapped(headline(site, lang).text, head, width - 2 * SIDE, measure).slice(0, 4);
  const [number, words] = countToPost(site, lang);
  return html`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
<rect width="${width}" height="${height}" fill="${COLOURS.paper}"/>
<rect x="28" y="28" width="${width - 56}" height="${height - 56}" fill="none" stroke="${COLOURS.frame}" stroke-width="4"/>
<rect x="40" y="40" width="${width - 80}" height="${height - 80}" fill="none" stroke="${COLOURS.frame}" stroke-width="2"/>
${lines.map((line, i) => textLine(lang, line, head, { ...place, top: 150 + i * head.size * 1.45, fill: COLOURS.ink }))}
${number !== "" && textLine(lang, number, faceOf(lang, 120, true), { ...place, top: height - 190, fill: COLOURS.lapis })}
${textLine(lang, words, faceOf(lang, 44), { ...place, top: height - 118, fill: COLOURS.ink })}
${textLine(lang, new URL(site.publicUrl).host, faceOf("en", 30), { ...place, top: height - 66, fill: COLOURS.quiet })}
</svg>
`.toString();
}

function headline(site: SiteContext, lang: Lang): { text: string; named: boolean } {
  const named = site.campaign.preview_names_letter;
  return { text: named ? site.letters[lang].title : (site.campaign.site_title[lang] ?? ""), named };
}

/** Returns what a picture says of the count: the same while there are enough signatures, otherwise what the letter is. */
export function countToPost(site: SiteContext, lang: Lang): [number: string, words: string] {
  const people = site.totals ? peopleOf(site.totals) : 0;
  return people < FEWEST_TO_POST ? ["", stringsIn(lang).share.description] : countOf(site, lang);
}

/** Returns the number and the words around it separately; without signatures, only the sentence. */
export function countOf(site: SiteContext, lang: Lang): [number: string, words: string] {
  const people = site.totals ? peopleOf(site.totals) : 0;
  const sentence = plural(lang, people, stringsIn(lang).letter.signed_people);
  return [sentence.includes("{n}") ? numeral(lang, people) : "", sentence.replace("{n}", "").trim()];
}
