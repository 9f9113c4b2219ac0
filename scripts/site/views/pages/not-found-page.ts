import { languagesOf, type SiteContext } from "../context.ts";
import { type Html, html, prose, trusted } from "../html.ts";
import { layout } from "../layout.ts";
import { type Lang, stringsIn } from "../strings.ts";
import { takenDownSentence } from "../taken-down.ts";

/**
 * The page of a host of static files for an address that it does not have. Such a host has one page for all addresses, so
 * it says the same in every language.
 */
export function notFoundPage(site: SiteContext): string {
  const [first = "en", ...others] = languagesOf(site);
  return layout(site, first, {
    title: stringsIn(first).message.not_found.title,
    path: "",
    at: "site",
    body: html`${said(site, first, "h1")}
${others.map((lang) => html`<section lang="${lang}" dir="${stringsIn(lang).language.dir}">${said(site, lang, "h2")}</section>\n`)}`,
  });
}

function said(site: SiteContext, lang: Lang, heading: "h1" | "h2"): Html {
  const { message, page } = stringsIn(lang);
  const { title, text } = message.not_found;
  return html`<div class="mid">${trusted(`<${heading}>`)}${title}${trusted(`</${heading}>`)}
<p>${prose(text)}</p></div>
${site.takenDown && html`<p>${takenDownSentence(site, lang)}</p>\n`}<p class="acts"><a class="btn" href="${site.siteUrl}/${lang}/">${page.back_to_letter}</a></p>`;
}
