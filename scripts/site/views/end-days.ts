import type { SiteContext } from "./context.ts";
import { dayElement } from "./dates.ts";
import { fill, type Html, html, prose } from "./html.ts";
import { type Lang, stringsIn } from "./strings.ts";

/**
 * Renders by which days the signatures are handed over and destroyed, as far as that is still to come, and on demand what
 * stays; undefined if no day is set.
 */
export function endDays(
  site: SiteContext,
  lang: Lang,
  { style, stays = false }: { style?: string; stays?: boolean } = {},
): Html | undefined {
  const { letter } = stringsIn(lang);
  const { hand_over_by, destroy_by } = site.campaign;
  if (site.stage === "destroyed") return html``;
  const handOver = site.stage === "handed_over" ? undefined : hand_over_by;
  const sentences = [
    handOver && fill(letter.hand_over_by, { day: dayElement(lang, handOver) }),
    destroy_by && fill(letter.destroy_by, { day: dayElement(lang, destroy_by) }),
    destroy_by && stays && staysAfter(site, lang),
  ].filter((sentence) => sentence !== undefined && sentence !== "");
  if (sentences.length === 0) return undefined;
  return html`<p${style && html` class="${style}"`}>${sentences.map((sentence) => html`${sentence} `)}</p>`;
}

/** Renders what stays public after the destruction. */
export function staysAfter(site: SiteContext, lang: Lang): Html {
  return prose(stringsIn(lang).letter.stays[site.campaign.after_purge]);
}
