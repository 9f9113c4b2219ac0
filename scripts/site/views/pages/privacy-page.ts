import { hasSafety, type SiteContext } from "../context.ts";
import { endDays, staysAfter } from "../end-days.ts";
import { html, trusted } from "../html.ts";
import { hostList, keptTable } from "../kept-table.ts";
import { layout } from "../layout.ts";
import { complaints, whoIsResponsible } from "../responsible-parts.ts";
import { type Lang, stringsIn } from "../strings.ts";

/** The page with the privacy promises, what is kept by whom and until when, and what it cannot protect from. */
export function privacyPage(site: SiteContext, lang: Lang): string {
  const { privacy, safety } = stringsIn(lang);
  return layout(site, lang, {
    title: privacy.title,
    path: "privacy/",
    at: "site",
    lasting: true,
    body: html`<h1>${privacy.title}</h1>
${trusted(site.texts[lang].notice)}
<h2>${privacy.who}</h2>
${whoIsResponsible(site, lang)}
${trusted(site.texts[lang].privacy)}
<h2>${privacy.kept}</h2>
${keptTable(site, lang)}
${hostList(site, lang)}
<h2>${privacy.end}</h2>
${endDays(site, lang) ?? html`<p>${privacy.no_days}</p>`}
<p>${staysAfter(site, lang)}</p>
${trusted(site.texts[lang].limits)}
${hasSafety(site, lang) && html`<p><a href="${site.siteUrl}/${lang}/safety/">${safety.title}</a></p>`}
<h2>${privacy.rights}</h2>
${trusted(site.texts[lang].rights)}
${complaints(site, lang)}`,
  });
}
