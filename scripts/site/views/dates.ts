import { type Html, html } from "./html.ts";
import type { Lang } from "./strings.ts";

const GREGORIAN_EN = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" });
const GREGORIAN_FA = new Intl.DateTimeFormat("fa-u-ca-gregory", { dateStyle: "long", timeZone: "UTC" });
const IRANIAN_FA = new Intl.DateTimeFormat("fa-u-ca-persian", {
  day: "numeric",
  month: "long",
  year: "numeric",
  timeZone: "UTC",
});
const SHORT_EN = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
const SHORT_FA = new Intl.DateTimeFormat("fa-u-ca-persian", { day: "numeric", month: "long", timeZone: "UTC" });

/** Formats a day (`YYYY-MM-DD`) in words: in Persian by the Iranian calendar, with the Gregorian day in brackets. */
export function dayInWords(lang: Lang, day: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  if (lang === "en") return GREGORIAN_EN.format(date);
  // Some versions of the locale data make `format` add the era; the parts are the same in all of them.
  const parts = new Map(IRANIAN_FA.formatToParts(date).map(({ type, value }) => [type, value]));
  return `${parts.get("day")} ${parts.get("month")} ${parts.get("year")} (${GREGORIAN_FA.format(date)})`;
}

export function dayElement(lang: Lang, day: string): Html {
  return html`<time datetime="${day}">${dayInWords(lang, day)}</time>`;
}

/** Formats only day and month, for a narrow axis: in Persian by the Iranian calendar. */
export function dayInShort(lang: Lang, day: string): string {
  return (lang === "en" ? SHORT_EN : SHORT_FA).format(new Date(`${day}T00:00:00Z`));
}
