import type { SiteContext } from "../context.ts";
import { html, trusted } from "../html.ts";
import { layout } from "../layout.ts";
import { type Lang, stringsIn } from "../strings.ts";

/** The page with the privacy promises and their limits, in plain words. */
export function privacyPage(site: SiteContext, lang: Lang): string {
  const { privacy, safety } = stringsIn(lang);
  return layout(site, lang, {
    title: privacy.title,
    path: "privacy/",
    at: "site",
    lasting: true,
    body: html`<h1>${privacy.title}</h1>
${trusted(site.texts[lang].notice)}
${trusted(site.texts[lang].privacy)}
<p><a href="${site.siteUrl}/${lang}/safety/">${safety.title}</a></p>`,
  });
}
