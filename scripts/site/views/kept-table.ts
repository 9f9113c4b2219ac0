import { keepsAddresses } from "../../letter/text/readiness.ts";
import { HOSTS, type Host } from "../../letter/text/responsible.ts";
import type { SiteContext } from "./context.ts";
import { fill, type Html, html, prose } from "./html.ts";
import { numeral, plural } from "./numerals.ts";
import { type Lang, type Strings, stringsIn } from "./strings.ts";

/** Something that is kept, by its words. */
export type KeptId = keyof Strings["kept_rows"];

/** Renders what is kept of people, where, and until when. Stacked on a phone it is no table to a browser: its roles are written out. */
export function keptTable(site: SiteContext, lang: Lang): Html {
  const { privacy, kept_rows } = stringsIn(lang);
  const facts = factsOf(site, lang);
  const rows = keptIds(site).map((id) => kept_rows[id]);
  const cell = (head: string, text: Html) => html`<td role="cell" data-head="${head}">${text}</td>`;
  const line = ({ what, where, until }: (typeof rows)[number]) =>
    html`<tr role="row"><th scope="row" role="rowheader">${prose(what)}</th>${cell(privacy.where, fill(where, facts))}${cell(privacy.until, fill(until, facts))}</tr>\n`;
  const heads = [privacy.what, privacy.where, privacy.until];
  return html`<table class="stacked" role="table"><thead role="rowgroup"><tr role="row">${heads.map((head) => html`<th scope="col" role="columnheader">${head}</th>`)}</tr></thead>
<tbody role="rowgroup">${rows.map(line)}</tbody></table>`;
}

/** Returns what is kept in this campaign: of rows that exclude each other, the one that is true. */
export function keptIds({ campaign }: Pick<SiteContext, "campaign">): KeptId[] {
  // "Nowhere" only where every host is named and none of them keeps addresses.
  const untrue: KeptId[] = [
    keepsAddresses(campaign) === false ? "ip_at_hosts" : "ip_nowhere",
    campaign.after_purge === "names" ? "listed_counts" : "listed_names",
  ];
  return (Object.keys(stringsIn("en").kept_rows) as KeptId[]).filter((id) => !untrue.includes(id));
}

/** Renders the companies through which people's details go, and what each sees and keeps. */
export function hostList(site: SiteContext, lang: Lang): Html {
  const { privacy } = stringsIn(lang);
  const { hosts } = site.campaign;
  if (hosts === undefined) return html``;
  return html`<h2>${privacy.hosts}</h2>
<dl>${HOSTS.map((of) => {
    const { name, country, keeps, keeps_ip } = hosts[of];
    const words = {
      name: prose(name[lang] ?? ""),
      country: prose(country[lang] ?? ""),
      keeps: prose(keeps[lang] ?? ""),
    };
    const log = fill(privacy.log, { days: daysOf(hosts[of], lang) });
    return html`<dt>${privacy.host[of]}</dt><dd>${fill(privacy.host_line, words)} ${log}${keeps_ip && html` ${prose(privacy.ip)}`}</dd>\n`;
  })}</dl>`;
}

function factsOf({ campaign }: SiteContext, lang: Lang): Readonly<Record<string, Html>> {
  const { privacy } = stringsIn(lang);
  const { hosts, recipient } = campaign;
  const named = (host: Host | undefined) => prose(host?.name[lang] ?? privacy.unnamed);
  const days = (host: Host | undefined) => (host ? daysOf(host, lang) : prose(privacy.days_unknown));
  const withAddresses = hosts ? HOSTS.map((of) => hosts[of]).filter(({ keeps_ip }) => keeps_ip) : [];
  return {
    recipient: prose(recipient.name[lang] ?? ""),
    git: named(hosts?.git),
    mail: named(hosts?.mail),
    mail_days: days(hosts?.mail),
    ip_hosts: joined(lang, withAddresses.length > 0 ? withAddresses.map(named) : [named(undefined)]),
    ip_days: joined(lang, withAddresses.length > 0 ? withAddresses.map(days) : [days(undefined)]),
  };
}

function daysOf({ days }: Host, lang: Lang): Html {
  const { privacy } = stringsIn(lang);
  if (days === "unknown") return prose(privacy.days_unknown);
  return fill(plural(lang, days, privacy.days), { n: numeral(lang, days) });
}

/** Joins fragments as the language does, each of them once: “a, b and c”. */
function joined(lang: Lang, fragments: readonly Html[]): Html {
  const different = [...new Map(fragments.map((fragment) => [fragment.toString(), fragment])).values()];
  const parts = new Intl.ListFormat(lang).formatToParts(different.map((_, i) => String(i)));
  return html`${parts.map(({ type, value }) => (type === "element" ? different[Number(value)] : value))}`;
}
