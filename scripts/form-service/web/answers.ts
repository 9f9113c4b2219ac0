import { languagesOf, type SiteContext } from "../../site/views/context.ts";
import { type Message, messagePage } from "../../site/views/pages/message-page.ts";
import type { Lang } from "../../site/views/strings.ts";
import { preferredLanguage } from "./preferred-language.ts";

/** Returns a page as an answer. No cache keeps anything that a form led to. */
export function page(html: string, status = 200, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(html, {
    status,
    headers: { "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store", ...headers },
  });
}

/** Sends the browser on with a GET. */
export function seeOther(location: string): Response {
  return new Response(null, { status: 303, headers: { Location: location, "Cache-Control": "no-store" } });
}

/** Returns a page about a state, in the language of the address or else of the browser. */
export function message(site: SiteContext, request: Request, what: Message, status: number): Response {
  return page(messagePage(site, languageOf(site, request), what), status, { Vary: "Accept-Language" });
}

/** Returns a page that says when the form can be sent again, as `Retry-After` does. */
export function tooMany(site: SiteContext, request: Request, seconds: number): Response {
  const html = messagePage(site, languageOf(site, request), { kind: "too_many", after: seconds });
  return page(html, 429, { Vary: "Accept-Language", "Retry-After": String(seconds) });
}

/** Returns the language that the address begins with, or else the one that the browser prefers. */
export function languageOf(site: SiteContext, request: Request): Lang {
  const first = new URL(request.url).pathname.split("/")[1];
  const languages = languagesOf(site);
  return (
    languages.find((lang) => lang === first) ?? preferredLanguage(languages, request.headers.get("accept-language"))
  );
}
