import type { SiteContext } from "./context.ts";
import { copyTools } from "./copy-tools.ts";
import { type Html, html, prose } from "./html.ts";
import { layout } from "./layout.ts";
import { type Lang, stringsIn } from "./strings.ts";

/** That the moderators are behind, as somebody should know who waits for them. */
export function reviewIsLate(lang: Lang): Html {
  return html`<div class="note"><p>${prose(stringsIn(lang).confirmed.late)}</p></div>`;
}

/** After the confirmation: the withdrawal code, when to write it down and when not, and what happens next. */
export function confirmedPage(
  site: SiteContext,
  lang: Lang,
  { s, withdrawalCode, late }: { s: string; withdrawalCode: string; late?: boolean },
): string {
  const { confirmed, page, nav } = stringsIn(lang);
  return layout(site, lang, {
    title: confirmed.title,
    path: `confirm/?s=${encodeURIComponent(s)}`,
    at: "service",
    body: html`<div class="good" role="status"><h1>${confirmed.status}</h1><p>${prose(confirmed.pending)}</p></div>
${late && reviewIsLate(lang)}
<h2>${confirmed.keep_title}</h2>
<p>${prose(confirmed.what_for)}</p>
<p class="keep"><span class="lb">${confirmed.withdrawal_code}</span><bdi dir="ltr"><code id="withdrawal-code">${withdrawalCode}</code></bdi></p>
${copyTools(lang, "withdrawal-code")}
<div class="pair"><section><h3>${confirmed.write_title}</h3><p>${prose(confirmed.write)}</p></section>
<section class="not"><h3>${confirmed.do_not_write_title}</h3><p>${prose(confirmed.do_not_write)}</p></section></div>
<p>${prose(confirmed.again)}</p>
<h2>${confirmed.next}</h2>
<ul><li><strong>${prose(confirmed.no_more_mail)}</strong></li>
<li>${prose(confirmed.review)}</li>
<li>${prose(confirmed.publish)}</li>
<li>${prose(confirmed.once)}</li></ul>
<p class="acts"><a class="btn" href="${site.siteUrl}/${lang}/">${page.back_to_letter}</a> <a class="btn alt" href="${site.siteUrl}/${lang}/withdraw/">${nav.withdraw}</a></p>`,
  });
}
