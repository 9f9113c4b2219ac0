import type { SiteContext } from "./context.ts";
import { fill, type Html, html, prose } from "./html.ts";
import { numeral } from "./numerals.ts";
import { type Lang, stringsIn } from "./strings.ts";

/** Renders who is responsible for people's details, before and after the handover, and how to reach them. */
export function whoIsResponsible(site: SiteContext, lang: Lang): Html {
  const { privacy } = stringsIn(lang);
  const { responsible, recipient } = site.campaign;
  if (responsible === undefined) return html`<p class="note">${prose(privacy.nobody)}</p>`;
  const { eu, uk } = responsible.representatives ?? {};
  return html`<p>${fill(privacy.responsible, partiesOf(site, lang))}</p>
<p>${fill(privacy.contact, { contact: mailTo(responsible.contact) })}</p>
${recipient.contact && html`<p>${fill(privacy.recipient, { recipient: recipient.name[lang] ?? "", contact: mailTo(recipient.contact) })}</p>`}
${eu && html`<p>${fill(privacy.eu, { name: prose(eu[lang] ?? "") })}</p>`}
${uk && html`<p>${fill(privacy.uk, { name: prose(uk[lang] ?? "") })}</p>`}
${ageLine(site, lang)}`;
}

/** Renders the same in one sentence, for the consent. */
export function responsibleLine(site: SiteContext, lang: Lang): Html {
  if (site.campaign.responsible === undefined) return html``;
  return html`<small>${fill(stringsIn(lang).sign.responsible, partiesOf(site, lang))}</small>`;
}

/** Renders how old somebody must be to sign. */
export function ageLine(site: SiteContext, lang: Lang): Html {
  const { responsible } = site.campaign;
  return html`${responsible && html`<p>${fill(stringsIn(lang).sign.age, { age: numeral(lang, responsible.age) })}</p>`}`;
}

/** Renders to which authorities people can complain. */
export function complaints(site: SiteContext, lang: Lang): Html {
  const { responsible } = site.campaign;
  if (responsible === undefined) return html``;
  return html`<p>${stringsIn(lang).privacy.complain}</p>
<ul>${responsible.complaints.map((authority) => html`<li>${prose(authority[lang] ?? "")}</li>\n`)}</ul>`;
}

function partiesOf(site: SiteContext, lang: Lang): Record<"name" | "address" | "after", Html> {
  const { responsible } = site.campaign;
  const text = (of: Readonly<Record<string, string>> | undefined) => prose(of?.[lang] ?? "");
  return {
    name: text(responsible?.name),
    address: text(responsible?.address),
    after: text(responsible?.after_handover),
  };
}

function mailTo(address: string): Html {
  return html`<a href="mailto:${address}"><bdi dir="ltr">${address}</bdi></a>`;
}
