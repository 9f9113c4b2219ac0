import { type Html, html, prose } from "./html.ts";
import { type Lang, stringsIn } from "./strings.ts";

/** How mail leaves: `late`: it waits for minutes before; `away`: the mail server does not answer. */
export type MailFlow = "well" | "late" | "away";

/** What a page that waits for a code says about our mail, to everybody alike; nothing while all is well. */
export function mailNotice(lang: Lang, flow: MailFlow = "well"): Html | undefined {
  const { mail } = stringsIn(lang);
  return flow === "well" ? undefined : html`<div class="note" role="status"><p>${prose(mail[flow])}</p></div>`;
}
