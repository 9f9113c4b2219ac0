import type { SiteContext } from "./context.ts";
import { dayElement } from "./dates.ts";
import { fill, type Html, html, prose } from "./html.ts";
import { type Lang, stringsIn } from "./strings.ts";
import { verifyCommand } from "./verify-tools.ts";

/** Renders the sentence that the list was taken down, with the day if it is known. */
export function takenDownSentence({ takenDown }: SiteContext, lang: Lang): Html {
  const { on_day, undated } = stringsIn(lang).taken_down;
  return takenDown?.day === undefined ? prose(undated) : fill(on_day, { day: dayElement(lang, takenDown.day) });
}

/** Renders what was taken down, when and why, and what stays; empty while there is a list. */
export function takenDownSection(site: SiteContext, lang: Lang): Html {
  const { taken_down } = stringsIn(lang);
  return html`${site.takenDown && html`<section id="taken-down" class="note"><h2>${taken_down.title}</h2>\n${takenDownText(site, lang)}</section>\n`}`;
}

/** Renders when and why the list was taken down, and what stays. */
export function takenDownText(site: SiteContext, lang: Lang): Html {
  const { taken_down } = stringsIn(lang);
  return html`<p>${takenDownSentence(site, lang)} ${fill(taken_down.why, { recipient: site.campaign.recipient.name[lang] ?? "" })}</p>
<p>${prose(taken_down.stays)}</p>
`;
}

/** Renders what the checks still show, and how a list that somebody kept is checked; empty while there is a list. */
export function takenDownCheck(site: SiteContext, lang: Lang): Html {
  const { taken_down } = stringsIn(lang);
  return html`${
    site.takenDown &&
    html`<p>${takenDownSentence(site, lang)} ${prose(taken_down.rows)}</p>
<p>${prose(taken_down.kept)}</p>
<p class="command" dir="ltr"><code>${verifyCommand(site, " --list list")}</code></p>
`
  }`;
}
