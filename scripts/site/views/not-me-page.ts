import type { SiteContext } from "./context.ts";
import { codeField, type Problem, problemSummary, problemText } from "./form-parts.ts";
import { html, prose } from "./html.ts";
import { layout } from "./layout.ts";
import { type Lang, stringsIn } from "./strings.ts";

/** For somebody who got a code without asking: says nothing of a letter or a signature. */
export function notMePage(
  site: SiteContext,
  lang: Lang,
  { s, problem }: { s: string; problem?: Extract<Problem, `code.${string}`> },
): string {
  const { not_me, confirm } = stringsIn(lang);
  const text = problem && problemText(lang, problem);
  return layout(site, lang, {
    title: not_me.title,
    path: `not-me/?s=${encodeURIComponent(s)}`,
    at: "service",
    neutral: true,
    failed: problem !== undefined,
    body: html`${problem && text && problemSummary(lang, [{ problem, text }])}
<h1>${not_me.title}</h1>
<p>${prose(not_me.text)}</p>
<p>${prose(not_me.choice)} ${prose(not_me.kept)}</p>
<form method="post" action="${site.serviceUrl}/${lang}/not-me/" novalidate>
<input type="hidden" name="s" value="${s}">
${codeField(lang, { name: "code", id: "code", label: confirm.code, oneTime: true, text })}
<button type="submit" class="btn">${not_me.button}</button>
</form>`,
  });
}

export function notMeDonePage(site: SiteContext, lang: Lang, { s }: { s: string }): string {
  const { not_me } = stringsIn(lang);
  return layout(site, lang, {
    title: not_me.done_title,
    path: `not-me/?s=${encodeURIComponent(s)}`,
    at: "service",
    neutral: true,
    body: html`<div class="good" role="status"><h1>${not_me.done_title}</h1><p>${prose(not_me.done)}</p></div>
<p>${prose(not_me.back)}</p>`,
  });
}
