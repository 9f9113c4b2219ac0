import { CODE_FIELD_LENGTH, CONFIRMATION_CODE_LENGTH, WITHDRAWAL_CODE_LENGTH } from "../../letter/signature/code.ts";
import type { Problems } from "../../letter/signature/submission.ts";
import { fill, type Html, html } from "./html.ts";
import { type Lang, type Strings, stringsIn } from "./strings.ts";

type Words = Strings["problems"];
type Field = { [F in keyof Words]: Words[F] extends string ? never : F }[keyof Words];

/** A problem of a form, by field and rule: "name.link", "code.wrong". Each has a message in `strings`. */
export type Problem = { [F in Field]: `${F}.${Extract<keyof Words[F], string>}` }[Field];

/** A problem with its message. */
export type Told = { readonly problem: Problem; readonly text: Html };

/** Returns the problems of a submission in the order of the form's fields. */
export function problemsOf(problems: Problems): Problem[] {
  // This type makes the compiler check that the strings have a message for every problem in `letter`.
  const rules: { [F in keyof Problems]: keyof Words[F] } = problems;
  const fields = ["shown", "name", "place", "email", "consent_handover", "consent_public"] as const;
  return fields.filter((field) => rules[field] !== undefined).map((field) => `${field}.${rules[field]}` as Problem);
}

/** Returns the message for a problem. */
export function problemText(lang: Lang, problem: Problem, values: Parameters<typeof fill>[1] = {}): Html {
  const [field = "", rule = ""] = problem.split(".");
  const { problems } = stringsIn(lang);
  const words = problems[field as Field] as Readonly<Record<string, string>>;
  return fill(words[rule] ?? "", { character: problems.a_character, ...values });
}

/** Shows the character that caused a problem, with its number; only the number if it is invisible or reorders text. */
export function shownCharacter(lang: Lang, character: string | undefined): { character?: Html } {
  const code = character?.codePointAt(0);
  if (character === undefined || code === undefined) return {};
  if (character === " ") return { character: html`${stringsIn(lang).problems.blank}` };
  const number = html`<bdi dir="ltr">U+${code.toString(16).toUpperCase().padStart(4, "0")}</bdi>`;
  if (/[\p{C}\p{Default_Ignorable_Code_Point}]/u.test(character)) return { character: number };
  const seen = /^\p{M}/u.test(character) ? `\u25cc${character}` : character;
  return { character: html`<bdi>${seen}</bdi> (${number})` };
}

/** Returns the field that a problem belongs to, which is the id of its input. */
export function fieldOf(problem: Problem): string {
  return problem.slice(0, problem.indexOf("."));
}

/** Renders the summary above a form with problems. It gets the focus, so that it is read out; each line links to its field. */
export function problemSummary(lang: Lang, problems: readonly Told[], more?: string): Html {
  if (problems.length === 0) return html``;
  return html`<div class="bad" role="group" tabindex="-1" id="problems" aria-labelledby="problems-title" autofocus>
<h2 id="problems-title">${stringsIn(lang).problems.title}</h2>
${more !== undefined && html`<p>${more}</p>`}
<ul>${problems.map(({ problem, text }) => html`<li><a href="#${fieldOf(problem)}">${text}</a></li>\n`)}</ul></div>`;
}

/** Renders the problem of one field, beside it. */
export function problemBeside(lang: Lang, field: string, text: Html | undefined): Html {
  if (text === undefined) return html``;
  return html`<p class="err" id="${field}-problem"><span class="hidden">${stringsIn(lang).page.error_prefix}</span> ${text}</p>\n`;
}

/** Renders a field for the address that a code is or was mailed to. */
export function emailField(lang: Lang, field: { label: string; value: string; text: Html | undefined }): Html {
  const { label, value, text } = field;
  return html`<div class="${text ? "f no" : "f"}"><label for="email">${label}</label>
${problemBeside(lang, "email", text)}<input id="email" name="email" type="email" dir="ltr" autocomplete="email" maxlength="254" value="${value}" aria-required="true"${text && html` aria-describedby="email-problem" aria-invalid="true"`}></div>`;
}

/** Renders a field for a code. It is typed from a mail or from paper, so browsers must not correct or remember it. */
export function codeField(
  lang: Lang,
  field: {
    name: "code";
    id: string;
    label: string;
    hint?: string;
    /** the field takes the long withdrawal code, not the mailed one */
    wide?: boolean;
    oneTime?: boolean;
    text?: Html | undefined;
  },
): Html {
  const { id, text } = field;
  const described = [field.hint && `${id}-hint`, text && `${id}-problem`].filter(Boolean).join(" ");
  return html`<div class="${text ? "f no" : "f"}"><label for="${id}">${field.label}</label>
${field.hint !== undefined && html`<p class="hint" id="${id}-hint">${fill(field.hint, {})}</p>\n`}${problemBeside(lang, id, text)}<input class="${field.wide ? "code long" : "code"}" id="${id}" name="${field.name}" type="text" dir="ltr" autocomplete="${field.oneTime ? "one-time-code" : "off"}" autocapitalize="characters" spellcheck="false" maxlength="${CODE_FIELD_LENGTH}" aria-required="true" data-code="${field.wide ? WITHDRAWAL_CODE_LENGTH : CONFIRMATION_CODE_LENGTH}"${described !== "" && html` aria-describedby="${described}"`}${text && html` aria-invalid="true"`}></div>`;
}
