import type { SiteContext } from "../context.ts";
import {
  codeField,
  emailField,
  fieldOf,
  type Problem,
  problemSummary,
  problemText,
  shownCharacter,
} from "../form-parts.ts";
import { html, prose } from "../html.ts";
import { layout } from "../layout.ts";
import { type Lang, stringsIn } from "../strings.ts";

type NotMeProblem = Extract<Problem, `code.${string}` | `email.${string}`>;

/** The page for a person who got a code without asking. It does not mention a letter or a signature. */
export function notMePage(
  site: SiteContext,
  lang: Lang,
  {
    problems = [],
    email = "",
    character,
  }: { problems?: readonly NotMeProblem[]; email?: string; character?: string | undefined } = {},
): string {
  const { not_me, confirm, sign } = stringsIn(lang);
  const told = problems.map((problem) => ({
    problem,
    text:
      problem === "code.wrong"
        ? prose(not_me.wrong_code)
        : problemText(lang, problem, { example: EXAMPLE, ...shownCharacter(lang, character) }),
  }));
  const of = (field: string) => told.find(({ problem }) => fieldOf(problem) === field)?.text;
  return layout(site, lang, {
    title: not_me.title,
    path: "not-me/",
    at: "service",
    neutral: true,
    failed: problems.length > 0,
    body: html`<h1>${not_me.title}</h1>
${problemSummary(lang, told)}
<p>${prose(not_me.text)}</p>
<p>${prose(not_me.choice)} ${prose(not_me.kept)}</p>
<form method="post" action="${site.serviceUrl}/${lang}/not-me/" novalidate>
${emailField(lang, { label: sign.email, value: email, text: of("email") })}
${codeField(lang, { name: "code", id: "code", label: confirm.code, oneTime: true, text: of("code") })}
<button type="submit" class="btn">${not_me.button}</button>
</form>`,
  });
}

const EXAMPLE = html`<bdi dir="ltr">name@example.com</bdi>`;

/** The same page whether the code was right or not: only the owner of the mailbox may know what was done. */
export function notMeDonePage(site: SiteContext, lang: Lang): string {
  const { not_me } = stringsIn(lang);
  return layout(site, lang, {
    title: not_me.done_title,
    path: "not-me/",
    at: "service",
    neutral: true,
    body: html`<div class="good" role="status"><h1>${not_me.done_title}</h1><p>${prose(not_me.done)}</p></div>
<p>${prose(not_me.leave)} ${prose(not_me.back)}</p>`,
  });
}
