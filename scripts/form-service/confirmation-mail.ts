import { formatBase64url } from "../letter/base64url.ts";
import type { Mail } from "../outside/mail.ts";

// Nothing here names the letter, a country, a petition or a signature: others read over shoulders and in mailboxes.
// The code is not in the subject, which stands on locked screens.
const WORDS = {
  en: {
    dir: "ltr",
    subject: "Your confirmation code",
    hello: "Hello,",
    code: "Your confirmation code:",
    used: "This address has been used before, and the code changes nothing about that. If you want to undo it, enter the code all the same: the page that follows shows how.",
    enter: "Enter it on the page where you asked for it. If you have closed that page, open it here:",
    valid: "The code is valid for 48 hours.",
    ignore:
      "If you did not ask for this code, you can ignore and delete this message. Nothing will happen without the code.",
    reply: "Please do not reply to this message.",
  },
  fa: {
    dir: "rtl",
    subject: "کد تأیید شما",
    hello: "سلام،",
    code: "کد تأیید شما:",
    used: "از این نشانی پیش‌تر استفاده شده است و این کد چیزی را در آن تغییر نمی‌دهد. اگر می‌خواهید آن را برگردانید، باز هم همین کد را وارد کنید؛ صفحهٔ بعد نشان می‌دهد چگونه.",
    enter:
      "این کد را در همان صفحه‌ای وارد کنید که آن را درخواست کرده‌اید. اگر آن صفحه را بسته‌اید، از این پیوند بازش کنید:",
    valid: "کد تا ۴۸ ساعت معتبر است.",
    ignore:
      "اگر شما این کد را درخواست نکرده‌اید، می‌توانید این پیام را نادیده بگیرید و پاک کنید. بدون این کد هیچ اتفاقی نمی‌افتد.",
    reply: "لطفاً به این پیام پاسخ ندهید.",
  },
} as const;

/** The mail with the code, in the language of the form. `used`: a signature has been given from this address. */
export function confirmationMail(
  serviceUrl: string,
  lang: string,
  to: string,
  { s, code, used }: { s: Uint8Array; code: string; used: boolean },
): Mail {
  const tongue = lang === "fa" ? "fa" : "en";
  const words = WORDS[tongue];
  const link = `${serviceUrl}/${lang}/confirm/?s=${formatBase64url(s)}`;
  const { hello, enter, valid, ignore, reply } = words;
  const before = used ? [words.used] : [];
  const paragraph = (text: string) => `<p>${text}</p>`;
  return {
    ...{ to, link },
    subject: words.subject,
    text: `${[hello, words.code, code, ...before, enter, link, valid, ignore, reply].join("\n\n")}\n`,
    html: [
      "<!doctype html>",
      `<html lang="${tongue}" dir="${words.dir}">`,
      `<head><meta charset="utf-8"><title>${words.subject}</title></head>`,
      "<body>",
      paragraph(hello),
      paragraph(words.code),
      paragraph(`<bdi dir="ltr"><strong>${code}</strong></bdi>`),
      ...before.map(paragraph),
      paragraph(enter),
      paragraph(`<bdi dir="ltr"><a href="${link}">${link}</a></bdi>`),
      paragraph(valid),
      paragraph(ignore),
      paragraph(reply),
      "</body>",
      "</html>",
      "",
    ].join("\n"),
  };
}
