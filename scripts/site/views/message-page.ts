import type { SiteContext } from "./context.ts";
import { fill, type Html, html, prose } from "./html.ts";
import { layout } from "./layout.ts";
import { numeral, plural } from "./numerals.ts";
import { type Lang, stringsIn } from "./strings.ts";

/** A page that only says how things stand. */
export type Message =
  | { readonly kind: "expired" | "closed" | "trouble" | "not_found" | "already_signed" }
  | { readonly kind: "paused"; readonly reason: string }
  | { readonly kind: "too_many"; readonly minutes: number };

/** `path` is the address below `/{lang}/` that the other language's link keeps. */
export function messagePage(site: SiteContext, lang: Lang, message: Message, path = ""): string {
  const { [message.kind]: words } = stringsIn(lang).message;
  return layout(site, lang, {
    title: words.title,
    path,
    at: path === "" ? "site" : "service",
    body: html`<h1>${words.title}</h1>
<p>${text(lang, message)}</p>
${"more" in words && html`<p>${prose(words.more)}</p>`}
<p class="acts">${action(site, lang, message)}</p>`,
  });
}

function text(lang: Lang, message: Message): Html {
  const words = stringsIn(lang).message;
  switch (message.kind) {
    case "paused":
      return fill(words.paused.text, { reason: message.reason });
    case "too_many":
      return fill(plural(lang, message.minutes, words.too_many.text), { n: numeral(lang, message.minutes) });
    default:
      return prose(words[message.kind].text);
  }
}

function action(site: SiteContext, lang: Lang, { kind }: Message): Html {
  const { page, sign, nav } = stringsIn(lang);
  if (kind === "expired") return html`<a class="btn" href="${site.siteUrl}/${lang}/sign/">${sign.again}</a>`;
  if (kind === "already_signed")
    return html`<a class="btn" href="${site.siteUrl}/${lang}/withdraw/">${nav.withdraw}</a>`;
  return html`<a class="btn" href="${site.siteUrl}/${lang}/">${page.back_to_letter}</a>`;
}
