import type { CapturedMail } from "../../outside/mail/captured.ts";
import type { SiteContext } from "../../site/views/context.ts";
import { type Html, html } from "../../site/views/html.ts";
import { layout } from "../../site/views/layout.ts";
import type { Lang } from "../../site/views/strings.ts";

const WORDS = {
  en: { title: "Captured messages", empty: "No message yet.", to: "To:" },
  fa: { title: "پیام‌های گرفته‌شده", empty: "هنوز پیامی نیست.", to: "به:" },
} as const satisfies Record<Lang, unknown>;

/** Lists the mails that a trial captured instead of sending them, the newest first. */
export function inboxPage(site: SiteContext, lang: Lang, mails: readonly CapturedMail[]): string {
  const words = WORDS[lang];
  return layout(site, lang, {
    title: words.title,
    path: "",
    at: "site",
    body: html`<h1>${words.title}</h1>
${mails.length === 0 && html`<p>${words.empty}</p>`}${mails.map((mail) => one(words.to, mail))}`,
  });
}

function one(to: string, mail: CapturedMail): Html {
  return html`<article><h2 dir="auto">${mail.subject}</h2>
<p>${to} <bdi dir="ltr">${mail.to}</bdi></p>
${mail.text.split(/\n{2,}/).map((block) => html`<p dir="auto">${block}</p>\n`)}</article>
`;
}
