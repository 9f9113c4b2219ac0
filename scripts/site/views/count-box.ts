import { peopleMark, peopleOf, type Totals } from "../../letter/signature/record.ts";
import type { SiteContext } from "./context.ts";
import { dayElement } from "./dates.ts";
import { endDays } from "./end-days.ts";
import { fill, type Html, html } from "./html.ts";
import { numeral, plural, told } from "./numerals.ts";
import { type Lang, stringsIn } from "./strings.ts";
import { takenDownSentence } from "./taken-down.ts";

/** Renders the number of signatures, the goal if there is one, and the button to sign. */
export function countBox(site: SiteContext, lang: Lang): Html {
  const strings = stringsIn(lang);
  const { goal } = site.campaign;
  const people = site.totals && peopleOf(site.totals);
  return html`<section class="sign" id="sign"><div>
<h2 class="hidden">${strings.letter.sign_letter}</h2>
${site.totals && html`<p class="count">${signedPeople(lang, site.totals)}</p>`}
${site.earlier !== undefined && site.earlier > 0 && html`<p class="small">${fill(plural(lang, site.earlier, strings.letter.signed_earlier), { n: numeral(lang, site.earlier) })}</p>`}
${people !== undefined && goal !== undefined && progress(lang, people, goal)}
${
  site.stage !== "destroyed" &&
  html`<a class="btn" href="${site.siteUrl}/${lang}/sign/">${strings.letter.sign_letter}</a>
<p class="small">${strings.letter.name_not_shown}</p>`
}
${signingTimes(site, lang)}
${site.takenDown && html`<p class="small">${takenDownSentence(site, lang)}</p>`}
</div></section>`;
}

/**
 * Renders from when and until when the letter can be signed, what becomes of the signatures, and when.
 *
 * @param options `end`: with the days of the handover and of the destruction
 */
export function signingTimes(site: SiteContext, lang: Lang, { end = true } = {}): Html {
  const { letter } = stringsIn(lang);
  const { opens, closes, recipient } = site.campaign;
  const [from, until] = [opens && dayElement(lang, opens), closes && dayElement(lang, closes)];
  const times =
    (from && until && fill(letter.open_between, { from, until })) ||
    (from && fill(letter.open_from, { day: from })) ||
    (until && fill(letter.open_until, { day: until }));
  const handedOver = site.stage === "handed_over" || site.stage === "destroyed";
  return html`${times && site.stage !== "destroyed" && html`<p class="small quiet">${times}</p>`}
${end && endDays(site, lang, { style: "small quiet", stays: true })}
${handedOver && html`<p class="small">${fill(letter.handed_over, { recipient: recipient.name[lang] ?? "" })}</p>`}`;
}

/** Renders the button to sign that stays at the lower edge of a small screen; nothing once nobody can sign. */
export function signingWithinReach(site: SiteContext, lang: Lang): Html {
  if (site.stage === "destroyed") return html``;
  return html`<p class="reach"><a class="btn" href="${site.siteUrl}/${lang}/sign/">${stringsIn(lang).letter.sign_letter}</a></p>`;
}

/** Renders how many people have signed, as a sentence. */
export function signedPeople(lang: Lang, totals: Totals): Html {
  const people = peopleOf(totals);
  const form = plural(lang, people, stringsIn(lang).letter.signed_people);
  return fill(form, { n: html`<b>${told(lang, peopleMark(totals), people)}</b>` });
}

/** Renders the progress towards the goal. */
export function progress(lang: Lang, people: number, goal: number): Html {
  const text = fill(stringsIn(lang).letter.goal, { n: numeral(lang, goal) });
  return html`<progress max="${goal}" value="${Math.min(people, goal)}" aria-labelledby="goal"></progress>
<p class="small quiet" id="goal">${text}</p>`;
}
