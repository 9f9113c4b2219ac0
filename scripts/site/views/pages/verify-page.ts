import type { SiteContext } from "../context.ts";
import { copyTools } from "../copy-tools.ts";
import { dayElement } from "../dates.ts";
import { type Problem, problemSummary, problemText } from "../form-parts.ts";
import { fill, type Html, html, prose } from "../html.ts";
import { layout } from "../layout.ts";
import { told } from "../numerals.ts";
import { type Lang, stringsIn } from "../strings.ts";
import { takenDownCheck } from "../taken-down.ts";
import { saveOffline, scripted, verifyCommand, verifyRoot, verifyTools } from "../verify-tools.ts";
import { reviewIsLate } from "./confirmed-page.ts";

/** The state of a signature that its owner may learn. */
export type SignatureState = "pending" | "accepted" | "refused" | "withdrawn" | "unknown";

/** The page on how to check the count; with `result`, it answers the form for one's own signature. */
export function verifyPage(
  site: SiteContext,
  lang: Lang,
  result: {
    state?: SignatureState;
    late?: boolean;
    waitsUntil?: string | undefined;
    problem?: Extract<Problem, `withdrawal_code.${string}`>;
  } = {},
): string {
  const { verify } = stringsIn(lang);
  const { state, problem } = result;
  const text = problem && problemText(lang, problem);
  const tools = verifyTools(lang, { action: `${site.serviceUrl}/${lang}/verify/`, own: text });
  return layout(site, lang, {
    title: verify.title,
    untold: state !== undefined || problem !== undefined,
    path: "verify/",
    at: "site",
    lasting: state === undefined && problem === undefined,
    failed: problem !== undefined,
    body: html`<h1>${verify.title}</h1>
${problem && text && problemSummary(lang, [{ problem, text }])}
${state && answer(lang, state)}${state === "pending" && result.late && reviewIsLate(lang)}${result.waitsUntil !== undefined && html`<div class="note"><p>${fill(verify.restored, { day: dayElement(lang, result.waitsUntil) })}</p></div>`}
<p>${prose(verify.intro)}</p>
<p>${prose(verify.consequence)}</p>
${checkpoint(site, lang)}
<div ${verifyRoot(site, lang)}>
<h2>${verify.question_number}</h2>
${takenDownCheck(site, lang)}${scripted(html`<p>${prose(site.takenDown ? verify.in_browser_without_list : verify.in_browser)}</p>`)}
${tools.all}
<p>${prose(verify.step_all_text)}</p>
<p class="command" dir="ltr"><code id="command">${verifyCommand(site)}</code></p>
${copyTools(lang, "command")}
${own(site, lang, tools.own)}
<h2>${verify.question_kept}</h2>
<p>${prose(verify.step_compare_text)} <a href="${site.siteUrl}/ledger/checkpoint">${verify.checkpoint_file}</a></p>
<p class="command" dir="ltr"><code id="since">${verifyCommand(site, " --since checkpoint")}</code></p>
${copyTools(lang, "since")}
${tools.kept}
${tools.messages}
</div>
${saveOffline(site, lang)}
<h2>${verify.limits}</h2>
<p>${prose(verify.limits_text)}</p>
<script src="${site.siteUrl}/assets/verify.js" defer></script>`,
  });
}

/** Renders the look-up of one's own signature. Without a list, no code leads to a row, and the service holds none. */
function own(site: SiteContext, lang: Lang, tool: Html): Html {
  const { verify } = stringsIn(lang);
  if (site.takenDown)
    return html`<h2>${verify.question_own}</h2>
<p>${prose(verify.own_without_list)}</p>`;
  return html`<h2>${verify.question_own}</h2>
<p data-plain>${prose(verify.own_plain)}</p>
${scripted(html`<p>${prose(verify.own_scripted)}</p>`)}
<p>${prose(verify.own_care)}</p>
${tool}`;
}

const TONE: Readonly<Record<SignatureState, string>> = {
  pending: "note",
  accepted: "good",
  refused: "bad",
  withdrawn: "mid",
  unknown: "mid",
};

function answer(lang: Lang, state: SignatureState): Html {
  const { verify } = stringsIn(lang);
  return html`<div class="${TONE[state]}" role="status"><h2>${verify.state_title}</h2><p data-state="${state}">${prose(verify.state[state])}</p></div>`;
}

/** Renders the newest checkpoint, for readers to note and compare: size, root and key of the ledger. */
export function checkpoint(site: SiteContext, lang: Lang): Html {
  const { verify } = stringsIn(lang);
  const { totals } = site;
  if (!totals?.size) return html`<p>${verify.no_checkpoint}</p>`;
  return html`<dl class="seal"><div><dt>${verify.size}</dt><dd>${told(lang, "size", totals.size)}</dd></div>
<div><dt>${verify.root}</dt><dd><bdi dir="ltr"><code class="print">${totals.root}</code></bdi></dd></div>
<div><dt>${verify.key}</dt><dd><bdi dir="ltr"><code class="print">${site.keys.ledger}</code></bdi></dd></div></dl>`;
}
