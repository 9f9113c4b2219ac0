import type { Mail } from "../../outside/mail/mailer.ts";

// The words are the same for every purpose and every address: a later reader learns that a code was asked for, and no
// more. The first paragraph is long because lock screens show the beginning of a message, and the code must not be
// there.
const WORDS = {
  en: {
    dir: "ltr",
    subject: "Your code",
    before: [
      "Someone typed your address on a web page and asked for a code. If that was you, go back to that page and enter the code below. Do not give it to anyone: we never ask for it by phone or in a message.",
      "Your code:",
    ],
    after: [
      "It works for 48 hours. If you closed the page, open it again and fill in the form: the same code still works.",
      "If you did not ask for a code, you do not have to do anything. Nothing happens without it.",
      "Please do not reply to this message.",
    ],
  },
  fa: {
    dir: "rtl",
    subject: "کد شما",
    before: [
      "کسی نشانی شما را در صفحه‌ای نوشته و کد خواسته است. اگر خودتان بوده‌اید، به همان صفحه برگردید و کدی را که پایین آمده است وارد کنید. آن را به هیچ‌کس ندهید؛ ما هرگز آن را تلفنی یا با پیام نمی‌پرسیم.",
      "کد شما:",
    ],
    after: [
      "این کد تا ۴۸ ساعت کار می‌کند. اگر آن صفحه را بسته‌اید، دوباره بازش کنید و فرم را پر کنید؛ همین کد باز هم کار می‌کند.",
      "اگر شما کدی درخواست نکرده‌اید، لازم نیست کاری بکنید. بدون کد هیچ اتفاقی نمی‌افتد.",
      "لطفاً به این پیام پاسخ ندهید.",
    ],
  },
} as const;

/** Builds the only mail that is ever sent: a code, in the language of the form. It holds no link and no name. */
export function codeMail(lang: string, to: string, code: string): Mail {
  const tongue = lang === "fa" ? "fa" : "en";
  const { dir, subject, before, after } = WORDS[tongue];
  const paragraph = (text: string) => `<p>${text}</p>`;
  return {
    to,
    subject,
    text: `${[...before, code, ...after].join("\n\n")}\n`,
    html: [
      "<!doctype html>",
      `<html lang="${tongue}" dir="${dir}">`,
      '<head><meta charset="utf-8"></head>',
      "<body>",
      // Gmail and other clients drop everything outside the body, and the body tag itself.
      `<div lang="${tongue}" dir="${dir}">`,
      ...before.map(paragraph),
      paragraph(`<bdi dir="ltr"><strong>${code}</strong></bdi>`),
      ...after.map(paragraph),
      "</div>",
      "</body>",
      "</html>",
      "",
    ].join("\n"),
  };
}
