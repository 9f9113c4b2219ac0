import type { SiteContext } from "../context.ts";
import { codeField, type Problem, problemSummary, problemText } from "../form-parts.ts";
import { type Html, html, prose } from "../html.ts";
import { layout } from "../layout.ts";
import { type MailFlow, mailNotice } from "../mail-notice.ts";
import { type Lang, type Strings, stringsIn } from "../strings.ts";

/** The page where the mailed code is typed. `s` is the secret in the page's address; each form sends it back. */
export function confirmPage(
  site: SiteContext,
  lang: Lang,
  confirmation: {
    s: string;
    problem?: Extract<Problem, `code.${string}`>;
    sentAgain?: boolean;
    mail?: MailFlow;
    /** the code can no longer be sent again, for example after a restart */
    gone?: boolean;
  },
): string {
  const strings = stringsIn(lang);
  const { confirm } = strings;
  const { s, problem } = confirmation;
  const text = problem && problemText(lang, problem);
  return layout(site, lang, {
    title: confirm.title,
    untold: true,
    path: `confirm/?s=${encodeURIComponent(s)}`,
    at: "service",
    failed: problem !== undefined,
    body: html`<p class="step">${confirm.step}</p>
<h1>${confirm.title}</h1>
${problem && text && problemSummary(lang, [{ problem, text }])}
${confirmation.sentAgain && html`<div class="good" role="status"><p>${prose(confirm.sent_again)}</p></div>`}
<p>${!confirmation.sentAgain && prose(confirm.sent)} ${prose(confirm.own_form)}</p>
${mailNotice(lang, confirmation.mail)}
<form method="post" action="${site.serviceUrl}/${lang}/confirm/" novalidate>
<input type="hidden" name="s" value="${s}">
${codeField(lang, { name: "code", id: "code", label: confirm.code, hint: confirm.code_hint, oneTime: true, text })}
<button type="submit" class="btn wide">${confirm.confirm_sig}</button>
<p class="hint">${prose(confirm.waiting)}</p>
<p class="hint">${prose(confirm.valid)}</p>
</form>
${!problem && mail(strings)}
${nothingArrived(site, lang, strings, confirmation)}`,
  });
}

/** The answer to "Send again" when the code is no longer in memory. */
export function resendGonePage(site: SiteContext, lang: Lang, { s }: { s: string }): string {
  const { confirm, sign } = stringsIn(lang);
  const path = `confirm/?s=${encodeURIComponent(s)}`;
  return layout(site, lang, {
    title: confirm.resend_gone_title,
    untold: true,
    path,
    at: "service",
    body: html`<h1>${confirm.resend_gone_title}</h1>
<p>${prose(confirm.resend_gone)}</p>
<p>${prose(confirm.resend_gone_keep)}</p>
<p class="acts"><a class="btn" href="${site.siteUrl}/${lang}/sign/">${sign.again}</a> <a class="btn alt" href="${site.serviceUrl}/${lang}/${path}">${confirm.enter_code}</a></p>`,
  });
}

/** Describes the mail, so that the signer finds it among others and is not surprised by how little it says; folded. */
function mail({ confirm }: Strings): Html {
  const { summary, looks, subject_label, subject, begins, code, code_place } = confirm.mail;
  return html`<details><summary>${summary}</summary><figure class="mail"><figcaption>${prose(looks)}</figcaption>
<p><span class="quiet">${subject_label}</span> <b>${subject}</b></p>
<p>${begins}</p><p>${code}<br><span class="blank">${code_place}</span></p></figure></details>`;
}

function nothingArrived(
  site: SiteContext,
  lang: Lang,
  { confirm, sign }: Strings,
  { s, gone = false }: { s: string; gone?: boolean },
): Html {
  return html`<h2>${confirm.nothing_arrived}</h2>
<ul><li>${prose(confirm.any_code)}</li>
<li>${confirm.spam}</li>
<li>${confirm.wait}</li>
<li>${confirm.wrong_address} <a href="${site.siteUrl}/${lang}/sign/">${sign.again}</a></li></ul>
${gone ? html`<p>${prose(confirm.resend_gone)} ${prose(confirm.resend_gone_keep)}</p>` : resendForm(site, lang, confirm, s)}
<p><a href="${site.serviceUrl}/${lang}/not-me/">${confirm.not_me}</a></p>`;
}

function resendForm(site: SiteContext, lang: Lang, confirm: Strings["confirm"], s: string): Html {
  return html`<form method="post" action="${site.serviceUrl}/${lang}/confirm/resend/">
<input type="hidden" name="s" value="${s}">
<button type="submit" class="btn alt">${confirm.resend}</button>
<p class="hint">${confirm.resend_hint}</p>
</form>`;
}
