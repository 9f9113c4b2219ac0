import { askTheRecipient } from "../asking-the-recipient.ts";
import { longWait } from "../busy-box.ts";
import type { SiteContext } from "../context.ts";
import { dayElement } from "../dates.ts";
import { fill, type Html, html, prose } from "../html.ts";
import { layout } from "../layout.ts";
import { type Lang, stringsIn } from "../strings.ts";
import { takenDownSentence } from "../taken-down.ts";

/** The content of a page that only shows a message. */
export type Message =
  | {
      readonly kind:
        | "expired"
        | "closed"
        | "handed_over"
        | "destroyed"
        | "addresses_destroyed"
        | "trouble"
        | "leave_trouble"
        | "clock"
        | "not_found";
    }
  /** `after`: seconds until it can be sent again */
  | { readonly kind: "too_many"; readonly after?: number }
  | { readonly kind: "not_open"; readonly day: string }
  | { readonly kind: "paused"; readonly reason: string };

type Kind = Message["kind"];

const TONE: Readonly<Record<Kind, string>> = {
  expired: "mid",
  not_open: "note",
  paused: "note",
  too_many: "note",
  closed: "mid",
  handed_over: "good",
  destroyed: "mid",
  addresses_destroyed: "mid",
  trouble: "bad",
  leave_trouble: "bad",
  clock: "note",
  not_found: "mid",
};

/** `path`: the address below `/{lang}/` to which the link to the other language leads. */
export function messagePage(site: SiteContext, lang: Lang, message: Message, path = ""): string {
  const { [message.kind]: words } = stringsIn(lang).message;
  const wait = message.kind === "too_many" ? longWait(lang, message.after) : undefined;
  return layout(site, lang, {
    title: words.title,
    untold: message.kind === "expired" || message.kind === "leave_trouble",
    path,
    at: "site",
    leadsOn: true,
    body: html`<div class="${TONE[message.kind]}" role="status"><h1>${words.title}</h1>
<p>${text(site, lang, message)}</p></div>
${"more" in words && html`<p>${wait !== undefined && "later" in words ? fill(words.later, { wait }) : prose(site.takenDown && "without_list" in words ? words.without_list : words.more)}</p>`}${message.kind === "not_found" && site.takenDown && html`<p>${takenDownSentence(site, lang)}</p>`}${/destroyed/.test(message.kind) && html`<p>${askTheRecipient(site, lang)}</p>`}
<p class="acts">${actions(site, lang, message.kind)}</p>`,
  });
}

function text(site: SiteContext, lang: Lang, message: Message): Html {
  const words = stringsIn(lang).message;
  const recipient = site.campaign.recipient.name[lang] ?? "";
  switch (message.kind) {
    case "paused":
      return fill(words.paused.text, { reason: message.reason });
    case "not_open":
      return fill(words.not_open.text, { day: dayElement(lang, message.day) });
    default:
      return fill(words[message.kind].text, { recipient });
  }
}

/** Renders the links to what a reader can do next, the likeliest first. */
function actions(site: SiteContext, lang: Lang, kind: Kind): Html {
  const { page, sign, signatures, nav, confirmed } = stringsIn(lang);
  const letter = ["", page.back_to_letter] as const;
  const leave = site.takenDown ? [] : [["withdraw/", nav.withdraw] as const];
  const state = [["verify/", confirmed.see_state] as const];
  const list = site.takenDown ? [] : [["signatures/", signatures.title] as const];
  const links: Partial<Record<Kind, readonly (readonly [path: string, label: string])[]>> = {
    expired: [["sign/", sign.again], letter],
    paused: [letter, ...state, ...leave],
    closed: [letter, ...state, ...leave, ...list],
    handed_over: [letter, ...leave, ...list],
    destroyed: [letter, ...leave, ...list],
    leave_trouble: [["withdraw/", nav.withdraw], letter],
    addresses_destroyed: [["withdraw/", nav.withdraw], letter],
  };
  return html`${(links[kind] ?? [letter]).map(([path, label], i) => html`<a class="${i === 0 ? "btn" : "btn alt"}" href="${site.siteUrl}/${lang}/${path}">${label}</a> `)}`;
}
