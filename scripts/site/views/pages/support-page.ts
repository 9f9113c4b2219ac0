import type { SiteContext } from "../context.ts";
import { html, trusted } from "../html.ts";
import { layout } from "../layout.ts";
import { type Lang, stringsIn } from "../strings.ts";

/** The page that tells a reader in distress where to find someone to talk to. */
export function supportPage(site: SiteContext, lang: Lang): string {
  const { support } = stringsIn(lang);
  return layout(site, lang, {
    title: support.title,
    path: "support/",
    at: "site",
    lasting: true,
    body: html`<h1>${support.title}</h1>
${trusted(site.texts[lang].support)}`,
  });
}
