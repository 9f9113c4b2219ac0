import type { SiteContext } from "../context.ts";
import { signedPeople } from "../count-box.ts";
import { html } from "../html.ts";
import { layout } from "../layout.ts";
import { type Lang, stringsIn } from "../strings.ts";
import { takenDownText } from "../taken-down.ts";

/**
 * The page at every address of a list that was taken down. It says what was taken down, when and why, and how many
 * people have signed.
 *
 * @param path below `/{lang}/`
 */
export function takenDownPage(site: SiteContext, lang: Lang, path = "signatures/"): string {
  const { taken_down, page, verify } = stringsIn(lang);
  return layout(site, lang, {
    title: taken_down.title,
    path,
    at: "site",
    lasting: true,
    body: html`<div class="mid" role="status"><h1>${taken_down.title}</h1>
${takenDownText(site, lang)}</div>
${site.totals && html`<p class="count">${signedPeople(lang, site.totals)}</p>`}
<p class="acts"><a class="btn" href="${site.siteUrl}/${lang}/">${page.back_to_letter}</a> <a class="btn alt" href="${site.siteUrl}/${lang}/verify/">${verify.title}</a></p>`,
  });
}
