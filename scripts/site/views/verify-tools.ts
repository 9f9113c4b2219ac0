import { onionOrigin } from "../../letter/text/onion.ts";
import type { SiteContext } from "./context.ts";
import { codeField } from "./form-parts.ts";
import { fill, type Html, html, prose } from "./html.ts";
import { type Lang, type Strings, stringsIn } from "./strings.ts";

type Message = keyof Strings["verify"]["said"];

/**
 * Renders the three checks that the page's script (`assets/verify.js`) runs. Without scripts, the check of one's own
 * signature is a form that the service answers.
 *
 * @param own the problem beside the code field when the service has answered
 */
export function verifyTools(
  lang: Lang,
  { action, own }: { action?: string; own?: Html | undefined } = {},
): { all: Html; own: Html; kept: Html; messages: Html } {
  const { verify } = stringsIn(lang);
  const online = action !== undefined;
  const byScript = (part: Html) => (online ? scripted(part) : part);
  return {
    all: byScript(html`<form data-ask="all">
<button type="submit" class="btn">${verify.check_all}</button>
<div data-answer aria-live="polite"></div>
</form>`),
    own: html`<form data-ask="own"${online && html` method="post" action="${action}"`} novalidate>
${codeField(lang, { name: "code", id: "withdrawal_code", label: verify.code, wide: true, text: own })}
${online && html`<button type="submit" class="btn" data-plain>${verify.button}</button>\n`}${byScript(html`<button type="submit" class="btn">${verify.look_up}</button>`)}
${online && scripted(html`<button type="submit" class="btn alt" data-send>${verify.send}</button>`)}
<div data-answer aria-live="polite"></div>
</form>`,
    kept: byScript(html`<form data-ask="kept" novalidate>
<div class="f"><label for="kept">${verify.kept_label}</label><input id="kept" name="kept" type="file"></div>
<button type="submit" class="btn alt">${verify.kept_button}</button>
<div data-answer aria-live="polite"></div>
</form>`),
    messages: html`${Object.keys(verify.said).map((name) => message(lang, name as Message))}`,
  };
}

/**
 * Renders what is true only while a script runs, which puts it into the page in this place. A text browser shows what is
 * `hidden`, and what is in a `template` too, so it would promise that a code stays in the browser, and then send it. No
 * browser shows an attribute.
 */
export function scripted(part: Html): Html {
  return html`<span hidden data-scripted="${part.toString()}"></span>`;
}

// The script has no texts of its own: it copies one of these and fills in its result.
function message(lang: Lang, name: Message): Html {
  const { verify } = stringsIn(lang);
  const slots = ["done", "size", "accepted", "withdrawn", "listed", "people", "added", "entry"].map((slot) => [
    slot,
    slotFor(slot),
  ]);
  const code = ["root", "place"].map((slot) => [
    slot,
    html`<bdi dir="ltr"><code class="print" data-fill="${slot}"></code></bdi>`,
  ]);
  const text = fill(verify.said[name], Object.fromEntries([...slots, ...code]));
  const more = name === "receipt" && html`<p><button type="button" class="btn alt">${verify.make_receipt}</button></p>`;
  const markup = html`<div class="${TONE[name] ?? "note"}"><p>${text}</p>${more}</div>`;
  return html`<span hidden data-message="${name}" data-text="${markup.toString()}"></span>\n`;
}

function slotFor(slot: string): Html {
  return html`<span data-fill="${slot}"></span>`;
}

const TONE: Partial<Record<Message, string>> = {
  good: "good",
  good_without_list: "good",
  listed: "good",
  kept: "good",
  kept_receipt: "good",
  wrong: "bad",
  rewritten: "bad",
  trouble: "bad",
  receipt: "mid",
  not_listed: "mid",
  no_list: "mid",
  kept_withdrawn: "mid",
};

/** Renders the attributes from which the script takes the address of the site and the ledger's key. */
export function verifyRoot(site: SiteContext, lang: Lang): Html {
  return html`data-verify data-site="${site.siteUrl}/" data-vkey="${site.keys.ledger}" data-lang="${lang}"`;
}

/** Returns the command that checks the site at its public address; at an onion address through the reader's Tor Browser. */
export function verifyCommand({ publicUrl }: SiteContext, more = ""): string {
  const isOnion = onionOrigin(new URL(publicUrl).host) !== undefined;
  return `npm run verify -- ${publicUrl}${isOnion ? " --socks 127.0.0.1:9150" : ""}${more}`;
}

/** Renders the link to the offline page, which downloads it instead of opening it. */
export function saveOffline(site: SiteContext, lang: Lang): Html {
  const { verify } = stringsIn(lang);
  return html`<h2>${verify.offline}</h2><p>${prose(verify.offline_text)}</p>
<p><a href="${site.siteUrl}/${lang}/verify/offline.html" download="verify-${lang}.html">${verify.offline_link}</a></p>`;
}
