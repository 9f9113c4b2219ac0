import type { SiteContext } from "../../site/views/context.ts";
import { html, prose } from "../../site/views/html.ts";
import { layout } from "../../site/views/layout.ts";
import type { Lang } from "../../site/views/strings.ts";

/** Why a request got no page of its own. */
export type Refusal = 400 | 403 | 405 | 413 | 415 | 500 | 503;

const WORDS = {
  en: {
    400: ["The form could not be read", "Nothing was recorded. Send the form from its own page, without changing it."],
    403: [
      "This form did not come from our page",
      "We take forms only from our own pages. Open the letter and fill in the form there.",
    ],
    405: ["This page cannot be opened in this way", "Go back to the letter and continue from there."],
    413: ["The form is too long", "Nothing was recorded. Write less, and send it again."],
    415: ["The form could not be read", "Nothing was recorded. Send the form from its own page, without changing it."],
    500: [
      "Something went wrong on our side",
      "Try again later. A code that you have entered may be entered again; nothing will happen twice.",
    ],
    503: [
      "Nothing can be recorded at the moment",
      "Our database does not answer. Try again in a few minutes: send the form again, or enter your code again. The code stays valid for its 48 hours, and nothing will happen twice.",
    ],
  },
  fa: {
    400: ["فرم خوانده نشد", "چیزی ثبت نشد. فرم را از صفحهٔ خودش و بی‌آنکه تغییرش دهید بفرستید."],
    403: [
      "این فرم از صفحهٔ ما فرستاده نشده است",
      "فقط فرم‌هایی را می‌پذیریم که از صفحه‌های خود ما فرستاده شود. نامه را باز کنید و فرم را همان‌جا پر کنید.",
    ],
    405: ["این صفحه به این شیوه باز نمی‌شود", "به نامه بازگردید و از آنجا ادامه دهید."],
    413: ["فرم بیش از اندازه طولانی است", "چیزی ثبت نشد. کوتاه‌تر بنویسید و دوباره بفرستید."],
    415: ["فرم خوانده نشد", "چیزی ثبت نشد. فرم را از صفحهٔ خودش و بی‌آنکه تغییرش دهید بفرستید."],
    500: [
      "در سرور ما خطایی رخ داد",
      "بعداً دوباره تلاش کنید. کدی را که وارد کرده‌اید می‌توانید دوباره وارد کنید؛ هیچ کاری دو بار انجام نمی‌شود.",
    ],
    503: [
      "در حال حاضر نمی‌توانیم چیزی ثبت کنیم",
      "پایگاه دادهٔ ما پاسخ نمی‌دهد. چند دقیقهٔ دیگر دوباره تلاش کنید: فرم را دوباره بفرستید، یا کدتان را دوباره وارد کنید. کد تا ۴۸ ساعت معتبر می‌ماند و هیچ کاری دو بار انجام نمی‌شود.",
    ],
  },
} as const satisfies Record<Lang, Record<Refusal, readonly [title: string, text: string]>>;

/** Builds the page for a request that no page could answer. It says what to do instead. */
export function refusalPage(site: SiteContext, lang: Lang, status: Refusal): string {
  const [title, text] = WORDS[lang][status];
  return layout(site, lang, { title, path: "", at: "site", body: html`<h1>${title}</h1>\n<p>${prose(text)}</p>` });
}
