import { peopleMark, peopleOf } from "../../../letter/signature/record.ts";
import { requestOf } from "../../../letter/text/request.ts";
import type { SiteContext } from "../context.ts";
import { fill, type Html, html, prose, trusted } from "../html.ts";
import { layout } from "../layout.ts";
import { plural, told } from "../numerals.ts";
import { paragraphsOf } from "../page-texts.ts";
import { type Lang, stringsIn } from "../strings.ts";
import { fileLinks } from "./share-page.ts";
import { totals } from "./signatures-page.ts";

/** The page for people who report on the letter: what the number counts, how to check and quote it, whom to ask, files. */
export function pressPage(site: SiteContext, lang: Lang): string {
  const { press, letter, nav, privacy, verify } = stringsIn(lang);
  const { title } = site.letters[lang];
  const asks = requestOf(site.letters[lang], paragraphsOf(site.texts[lang].request).join(" "));
  const contact = html`<bdi dir="ltr"><a href="mailto:${site.campaign.contact}">${site.campaign.contact}</a></bdi>`;
  return layout(site, lang, {
    title: press.title,
    path: "press/",
    at: "site",
    lasting: true,
    body: html`<h1>${press.title}</h1>
<p><a href="${site.siteUrl}/${lang}/">${prose(title)}</a></p>
${asks !== undefined && html`<h2>${press.asks}</h2>\n<blockquote><p>${prose(asks)}</p></blockquote>`}
<h2>${letter.who}</h2>
${trusted(site.texts[lang].notice)}
<h2>${press.numbers}</h2>
${totals(site, lang)}
${quote(site, lang)}
${trusted(site.texts[lang].press)}
<p><a href="${site.siteUrl}/${lang}/verify/">${verify.title}</a></p>
<p><a href="${site.siteUrl}/${lang}/how/">${nav.how}</a></p>
<p><a href="${site.siteUrl}/${lang}/privacy/">${privacy.title}</a></p>
<h2>${press.questions}</h2>
<p>${fill(press.questions_text, { contact })}</p>
<h2>${press.files}</h2>
<ul>
${fileLinks(site, lang)}<li><a href="${site.siteUrl}/count.json">${press.numbers_file}</a> (<bdi dir="ltr">count.json</bdi>)</li>
</ul>`,
  });
}

/** Renders a sentence with the number that says no more than the number does. */
function quote(site: SiteContext, lang: Lang): Html {
  if (!site.totals) return html``;
  const { press } = stringsIn(lang);
  const people = peopleOf(site.totals);
  const addressee = site.campaign.addressee[lang] ?? "";
  const n = told(lang, peopleMark(site.totals), people);
  return html`<h3>${press.quote}</h3>
<blockquote><p>${fill(plural(lang, people, press.quoted), { n, addressee })}</p></blockquote>`;
}
