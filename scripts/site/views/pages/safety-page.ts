import { hasSupport, type SiteContext } from "../context.ts";
import { fill, html, trusted } from "../html.ts";
import { layout } from "../layout.ts";
import { type Lang, stringsIn } from "../strings.ts";

/** The page on how to read and sign without danger, for those for whom it can be one. */
export function safetyPage(site: SiteContext, lang: Lang): string {
  const { safety, nav } = stringsIn(lang);
  const { onion } = site.campaign;
  return layout(site, lang, {
    title: safety.title,
    path: "safety/",
    at: "site",
    lasting: true,
    untold: true,
    body: html`<h1>${safety.title}</h1>
${trusted(site.texts[lang]["staying-safe"])}
${onion !== undefined && html`<p class="note">${fill(safety.onion, { address: html`<bdi dir="ltr"><code class="print">${onion}/${lang}/</code></bdi>` })}</p>`}
<p class="acts"><a class="btn alt" href="${site.siteUrl}/${lang}/withdraw/">${nav.withdraw}</a>${hasSupport(site, lang) && html` <a class="btn alt" href="${site.siteUrl}/${lang}/support/">${nav.support}</a>`}</p>`,
  });
}
