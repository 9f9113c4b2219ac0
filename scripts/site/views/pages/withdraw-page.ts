import { atTheRecipient } from "../asking-the-recipient.ts";
import { busyBox, type Wait } from "../busy-box.ts";
import type { SiteContext } from "../context.ts";
import { codeField, emailField, type Problem, problemSummary, problemText, shownCharacter } from "../form-parts.ts";
import { type Html, html, prose } from "../html.ts";
import { layout } from "../layout.ts";
import { type MailFlow, mailNotice } from "../mail-notice.ts";
import { type Lang, stringsIn } from "../strings.ts";

type WithdrawProblem = Extract<Problem, `withdrawal_code.${string}` | `email.${string}`>;

/** The page to withdraw a signature: with the withdrawal code, or with a code mailed to the address. */
export function withdrawPage(
  site: SiteContext,
  lang: Lang,
  form: {
    problem?: WithdrawProblem;
    email?: string;
    character?: string | undefined;
    /** the service was too busy to mail a code to this address */
    wait?: Wait;
  } = {},
): string {
  const { withdraw, sign, message } = stringsIn(lang);
  const { problem, wait } = form;
  const text =
    problem &&
    problemText(lang, problem, {
      ...shownCharacter(lang, form.character),
      example: html`<bdi dir="ltr">name@example.com</bdi>`,
    });
  // Then no address is known any more, and a code is all it takes.
  const afterPurge = site.stage === "destroyed";
  const ofCode = problem?.startsWith("withdrawal_code.") ? text : undefined;
  return layout(site, lang, {
    title: wait ? message.too_many.title : withdraw.title,
    untold: true,
    path: "withdraw/",
    at: "site",
    failed: problem !== undefined,
    body: html`<h1>${withdraw.title}</h1>
${problem && text && problemSummary(lang, [{ problem, text }])}${wait && busyBox(lang, wait)}
<p>${prose(withdraw.intro)} ${prose(afterPurge ? withdraw.while_listed : sign.withdraw_until)}</p>
<form method="post" action="${site.serviceUrl}/${lang}/withdraw/" novalidate>
${codeField(lang, { name: "code", id: "withdrawal_code", label: withdraw.code, hint: withdraw.code_hint, wide: true, text: ofCode })}
<button type="submit" class="btn">${withdraw.button}</button>
</form>
${afterPurge ? html`<h2>${withdraw.by_address}</h2>\n<p>${prose(withdraw.no_address)}</p>` : byAddress(site, lang, ofCode ? undefined : text, form)}
<h2>${withdraw.what}</h2>
<ul><li>${prose(withdraw.row_goes)}</li>
<li>${prose(withdraw.ledger_stays)}</li>
<li>${prose(withdraw.copies)}</li></ul>
${atTheRecipient(site, lang)}${
  wait &&
  html`
<script src="${site.siteUrl}/assets/sign.js" defer></script>`
}`,
  });
}

/** The page where the code mailed for a withdrawal is typed. */
export function withdrawConfirmPage(
  site: SiteContext,
  lang: Lang,
  { s, problem, mail }: { s: string; problem?: Extract<Problem, `code.${string}`>; mail?: MailFlow },
): string {
  const { withdraw, confirm } = stringsIn(lang);
  const text = problem === "code.wrong" ? prose(withdraw.wrong_code) : problem && problemText(lang, problem);
  return layout(site, lang, {
    title: withdraw.confirm_title,
    untold: true,
    path: `withdraw/confirm/?s=${encodeURIComponent(s)}`,
    at: "service",
    failed: problem !== undefined,
    body: html`<h1>${withdraw.confirm_title}</h1>
${problem && text && problemSummary(lang, [{ problem, text }])}
<p>${prose(withdraw.confirm_text)} ${prose(confirm.any_code)}</p>
${mailNotice(lang, mail)}
<form method="post" action="${site.serviceUrl}/${lang}/withdraw/confirm/" novalidate>
<input type="hidden" name="s" value="${s}">
${codeField(lang, { name: "code", id: "code", label: confirm.code, hint: confirm.code_hint, oneTime: true, text })}
<button type="submit" class="btn">${withdraw.button}</button>
</form>
<p><a href="${site.siteUrl}/${lang}/withdraw/">${withdraw.new_code}</a></p>`,
  });
}

/** The page after a withdrawal, the same whether the signature was filed already or not. */
export function withdrawnPage(site: SiteContext, lang: Lang): string {
  const { withdraw, page } = stringsIn(lang);
  return layout(site, lang, {
    title: withdraw.done_title,
    untold: true,
    leadsOn: true,
    path: "withdraw/",
    at: "site",
    body: html`<div class="good" role="status"><h1>${withdraw.done_title}</h1><p>${prose(withdraw.done)}</p></div>
<p>${prose(withdraw.copies)}${site.stage !== "destroyed" && html` ${prose(withdraw.may_sign_again)}`}</p>
${atTheRecipient(site, lang)}<p class="acts"><a class="btn" href="${site.siteUrl}/${lang}/">${page.back_to_letter}</a></p>`,
  });
}

/** The page after a withdrawal by address, the same whether the address had signed or not. */
export function withdrawnByAddressPage(site: SiteContext, lang: Lang): string {
  const { withdraw, page } = stringsIn(lang);
  return layout(site, lang, {
    title: withdraw.by_address_done_title,
    untold: true,
    leadsOn: true,
    path: "withdraw/",
    at: "site",
    body: html`<div class="good" role="status"><h1>${withdraw.by_address_done_title}</h1><p>${prose(withdraw.by_address_done)}</p></div>
<p>${prose(withdraw.copies)}${site.stage !== "destroyed" && html` ${prose(withdraw.may_sign_again)}`}</p>
${atTheRecipient(site, lang)}<p class="acts"><a class="btn" href="${site.siteUrl}/${lang}/">${page.back_to_letter}</a></p>`,
  });
}

function byAddress(
  site: SiteContext,
  lang: Lang,
  text: Html | undefined,
  { email = "", wait }: { email?: string; wait?: Wait },
): Html {
  const { withdraw, sign } = stringsIn(lang);
  return html`<h2>${withdraw.by_address}</h2>
<p>${prose(withdraw.by_address_text)}</p>
<form method="post" action="${site.serviceUrl}/${lang}/withdraw/"${wait && html` id="form" data-sign="again"`} novalidate>
${emailField(lang, { label: sign.email, value: email, text })}
<button type="submit" class="btn alt">${sign.send_code}</button>
</form>`;
}
