import { type Html, html, prose } from "./html.ts";
import { type Lang, stringsIn } from "./strings.ts";

/** The state of outgoing mail. `late`: a mail waits for minutes; `away`: the mail server does not answer. */
export type MailFlow = "well" | "late" | "away";

/** Renders what a page that waits for a code says about our mail, the same for every visitor; nothing for `well`. */
export function mailNotice(lang: Lang, flow: MailFlow = "well"): Html | undefined {
  const { mail } = stringsIn(lang);
  return flow === "well" ? undefined : html`<div class="note" role="status"><p>${prose(mail[flow])}</p></div>`;
}
