import type { SiteContext } from "./context.ts";
import { fill, type Html, html, prose } from "./html.ts";
import { type Lang, stringsIn } from "./strings.ts";

/** Renders what becomes of a withdrawn signature at the recipient, once there was a handover; before, nothing. */
export function atTheRecipient(site: SiteContext, lang: Lang): Html {
  if (site.stage === undefined || site.stage === "gathering") return html``;
  const { at_recipient } = stringsIn(lang).withdraw;
  const recipient = site.campaign.recipient.name[lang] ?? "";
  return html`<p>${fill(at_recipient, { recipient })} ${askTheRecipient(site, lang)}</p>
`;
}

/** Renders whom to ask about what the recipient holds: the recipient, or us where no address of it is known. */
export function askTheRecipient({ campaign }: SiteContext, lang: Lang): Html {
  const { ask_recipient, ask_us } = stringsIn(lang).withdraw;
  const { name, contact } = campaign.recipient;
  if (contact === undefined) return prose(ask_us);
  const address = html`<bdi dir="ltr"><a href="mailto:${contact}">${contact}</a></bdi>`;
  return fill(ask_recipient, { recipient: name[lang] ?? "", contact: address });
}
