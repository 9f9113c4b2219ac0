import { parseUpdates } from "../../../letter/text/updates.ts";
import type { SiteContext } from "../context.ts";
import { dayElement } from "../dates.ts";
import { html, prose, trusted } from "../html.ts";
import { layout } from "../layout.ts";
import { type Lang, stringsIn } from "../strings.ts";

/** The page that tells what happened to the letter: nobody who signed is written to. */
export function updatesPage(site: SiteContext, lang: Lang): string {
  const { updates, share } = stringsIn(lang);
  return layout(site, lang, {
    title: updates.title,
    path: "updates/",
    at: "site",
    lasting: true,
    body: html`<h1>${updates.title}</h1>
<p>${prose(updates.intro)}</p>
${parseUpdates(site.texts[lang].updates).updates.map(
  ({ day, title, body }) => html`<section><h2>${trusted(title)}</h2>
<p class="quiet">${dayElement(lang, day)}</p>
${trusted(body)}</section>
`,
)}<p><a href="${site.siteUrl}/${lang}/feed.xml">${share.feed_file}</a></p>`,
  });
}
