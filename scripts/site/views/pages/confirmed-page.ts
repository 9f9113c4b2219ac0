import type { PublicFields } from "../../../letter/signature/row.ts";
import { showsName } from "../../../letter/signature/shown.ts";
import { hasUpdates, type SiteContext } from "../context.ts";
import { copyTools } from "../copy-tools.ts";
import { fill, type Html, html, prose } from "../html.ts";
import { layout } from "../layout.ts";
import { type Lang, stringsIn } from "../strings.ts";

/** Tells a signer who waits for review that the moderators are late. */
export function reviewIsLate(lang: Lang): Html {
  return html`<div class="note"><p>${prose(stringsIn(lang).confirmed.late)}</p></div>`;
}

/** A confirmed signature: how it is shown, and with which name and place if it is. */
export type ConfirmedRow = Pick<PublicFields, "shown" | "name" | "place">;

/**
 * The page after the confirmation: what was signed, the withdrawal code and whether to note it, and what comes next.
 */
export function confirmedPage(
  site: SiteContext,
  lang: Lang,
  {
    s,
    withdrawalCode,
    row,
    late,
  }: { s: string; withdrawalCode: string; row?: ConfirmedRow | undefined; late?: boolean },
): string {
  const { confirmed, page, nav } = stringsIn(lang);
  const told = `${lang}/${hasUpdates(site, lang) ? "updates/" : ""}`;
  const address = html`<bdi dir="ltr"><a href="${site.siteUrl}/${told}">${site.publicUrl}${told}</a></bdi>`;
  return layout(site, lang, {
    title: confirmed.title,
    untold: true,
    path: `confirm/?s=${encodeURIComponent(s)}`,
    at: "service",
    body: html`<div class="good" role="status"><h1>${confirmed.title}</h1><p>${prose(confirmed.pending)}</p></div>
${late && reviewIsLate(lang)}
${row && signed(site, lang, row)}
<form method="post" action="${site.serviceUrl}/${lang}/withdraw/">
<input type="hidden" name="code" value="${withdrawalCode}">
<p>${prose(confirmed.take_back)} <button type="submit" class="plain">${confirmed.take_back_button}</button></p>
</form>
<h2>${confirmed.code_title}</h2>
<p>${prose(confirmed.no_need)}</p>
<div class="pair"><section class="not"><h3>${confirmed.do_not_write_title}</h3><p>${prose(confirmed.do_not_write)}</p></section>
<section><h3>${confirmed.write_title}</h3><p>${prose(confirmed.write)}</p></section></div>
<p class="keep"><span class="lb">${confirmed.withdrawal_code}</span> <bdi dir="ltr"><code id="withdrawal-code">${withdrawalCode}</code></bdi></p>
<p class="hidden">${fill(confirmed.spelled, { code: html`<bdi dir="ltr" lang="en">${spelled(withdrawalCode)}</bdi>` })}</p>
${copyTools(lang, "withdrawal-code")}
<p>${prose(confirmed.what_for)}</p>
<p>${prose(confirmed.again)}</p>
<h2>${confirmed.next}</h2>
<ul><li><strong>${prose(confirmed.no_more_mail)}</strong> ${prose(confirmed.told_here)} ${address}</li>
<li>${prose(confirmed.review)}</li>
<li>${prose(confirmed.publish)}</li>
<li>${prose(confirmed.once)}</li></ul>
<p class="acts"><a class="btn" href="${site.siteUrl}/${lang}/">${page.back_to_letter}</a></p>
<p class="quiet-links"><a href="${site.siteUrl}/${lang}/verify/">${confirmed.see_state}</a> <a href="${site.siteUrl}/${lang}/withdraw/">${nav.withdraw}</a></p>`,
  });
}

/** The page for a correct code when the mailbox has signed before, or perhaps another one that is spelled alike. */
export function notCountedPage(
  site: SiteContext,
  lang: Lang,
  { s, because }: { s: string; because: "already" | "alike" },
): string {
  const { message, page, nav } = stringsIn(lang);
  const words = because === "already" ? message.already_signed : message.not_counted;
  return layout(site, lang, {
    title: words.title,
    untold: true,
    leadsOn: true,
    path: `confirm/?s=${encodeURIComponent(s)}`,
    at: "service",
    body: html`<div class="note" role="status"><h1>${words.title}</h1><p>${prose(words.text)}</p></div>
${because === "already" && html`<p>${prose(message.already_signed.more)}</p>`}
<p class="acts"><a class="btn" href="${site.siteUrl}/${lang}/">${page.back_to_letter}</a>${because === "already" && html` <a class="btn alt" href="${site.siteUrl}/${lang}/withdraw/">${nav.withdraw}</a>`}</p>`,
  });
}

/** Splits a code for the ear, in groups of four: a voice reads a whole one as a word, and nobody can write it down. */
function spelled(code: string): string {
  return (code.match(/.{1,4}/g) ?? []).map((group) => [...group].join(" ")).join(", ");
}

/** Renders what was signed and how it will look on the list. */
function signed(site: SiteContext, lang: Lang, { shown, name, place }: ConfirmedRow): Html {
  const { confirmed, sign, signatures } = stringsIn(lang);
  const onList = showsName(shown)
    ? html`<bdi>${name}</bdi>${place && html` <bdi class="at">${place}</bdi>`}`
    : signatures.one_more;
  return html`<h2>${confirmed.signed_title}</h2>
<p>${fill(confirmed.signed, { addressee: site.campaign.addressee[lang] ?? "" })} ${confirmed.shown[shown]} ${sign.on_list} <b>${onList}</b></p>`;
}
