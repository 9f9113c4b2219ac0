import { parseUpdates } from "../../../letter/text/updates.ts";
import type { SiteContext } from "../context.ts";
import { fill, html, trusted } from "../html.ts";
import { numeral, plural } from "../numerals.ts";
import { type Lang, stringsIn } from "../strings.ts";
import type { Batch } from "./how-page.ts";

/** The number of batches in the feed. */
const NEWEST = 50;

/**
 * Formats the batches as RSS 2.0, the newest first.
 *
 * When its day is not known, an item has no date, and a feed reader takes the day on which it first saw the item.
 */
export function feed(site: SiteContext, lang: Lang, batches: readonly Batch[]): string {
  const { share } = stringsIn(lang);
  const home = `${site.publicUrl}${lang}/`;
  const items = batches.map((batch, index) => ({
    number: index + 1,
    day: batch.day,
    accepted: batch.filed - batch.refused - batch.leftOut,
  }));
  const told = items.toReversed().slice(0, NEWEST);
  return html`<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom">
<channel>
<title>${site.campaign.site_title[lang]}</title>
<link>${home}</link>
<description>${share.feed_title}</description>
<language>${lang}</language>
<atom:link href="${home}feed.xml" rel="self" type="application/rss+xml"/>
${parseUpdates(site.texts[lang].updates)
  .updates.slice(0, NEWEST)
  .map(
    ({ day, title }, i, all) => html`<item>
<title>${plain(trusted(title))}</title>
<link>${home}updates/</link>
<guid isPermaLink="false">${site.campaign.ledger_origin}/news/${day}/${all.slice(i + 1).filter((other) => other.day === day).length + 1}</guid>
<pubDate>${atItsBeginning(day)}</pubDate>
</item>
`,
  )}${told.map(
  ({ number, day, accepted }) => html`<item>
<title>${plain(fill(plural(lang, accepted, share.feed_item), { n: numeral(lang, accepted), batch: numeral(lang, number) }))}</title>
<link>${home}${site.takenDown ? "how/" : "signatures/"}</link>
<guid isPermaLink="false">${site.campaign.ledger_origin}/batch/${number}</guid>
${day !== undefined && html`<pubDate>${atItsBeginning(day)}</pubDate>\n`}</item>
`,
)}</channel>
</rss>
`.toString();
}

// RSS requires a time; midnight UTC reveals no more than the day.
const atItsBeginning = (day: string) => new Date(`${day}T00:00:00Z`).toUTCString();

const plain = (markup: { toString(): string }) => markup.toString().replaceAll(/<[^<>]*>/g, "");
