import { parseEmail } from "../../../letter/signature/email.ts";
import { LARGE, REAL } from "../../../letter/signature/mail-slip.ts";
import { NAME_LENGTH, PLACE_LENGTH } from "../../../letter/signature/name.ts";
import { isShown, type Shown, showsName } from "../../../letter/signature/shown.ts";
import type { FormValues, Problems, Reasons } from "../../../letter/signature/submission.ts";
import { busyBox, type Wait } from "../busy-box.ts";
import { hasSafety, type SiteContext } from "../context.ts";
import { signingTimes } from "../count-box.ts";
import { endDays } from "../end-days.ts";
import {
  fieldOf,
  type Problem,
  problemBeside,
  problemSummary,
  problemsOf,
  problemText,
  shownCharacter,
  type Told,
} from "../form-parts.ts";
import { fill, type Html, html, plain, prose, trusted } from "../html.ts";
import { layout } from "../layout.ts";
import { numeral } from "../numerals.ts";
import { sentenceOf } from "../page-texts.ts";
import { ageLine, responsibleLine } from "../responsible-parts.ts";
import { type Lang, type Strings, stringsIn } from "../strings.ts";

/** What a signer typed, unchanged, and what must be corrected. */
export type SignForm = {
  readonly values: FormValues;
  readonly problems: Problems;
  readonly reasons?: Reasons;
  /** the service was too busy to take it */
  readonly wait?: Wait & {
    /** the value that a script put into the form, so that a retry counts as the same request */
    readonly once: string;
  };
};

/** The page with the form; with `form`, the same page sent back with status 422, or 429 when `wait` is set. */
export function signPage(site: SiteContext, lang: Lang, form?: SignForm): string {
  const strings = stringsIn(lang);
  const problems = problemsOf(form?.problems ?? {}).map((problem) => ({
    problem,
    text: text(site, lang, problem, form?.reasons),
  }));
  const note = safety(site, lang);
  const view: View = { site, lang, strings, values: form?.values, problems, meant: meantIn(form) };
  return layout(site, lang, {
    title: form?.wait ? strings.message.too_many.title : strings.sign.title,
    path: "sign/",
    at: "site",
    failed: problems.length > 0,
    body: html`<p class="step">${strings.sign.step}</p>
<h1>${strings.sign.title}</h1>
${problemSummary(lang, problems, strings.problems.not_recorded)}${form?.wait && busyBox(lang, form.wait)}
<div class="quiet small">${trusted(site.texts[lang]["run-by"])}</div>
<p>${fill(strings.sign.what, { addressee: site.campaign.addressee[lang] ?? "" })}</p>
${signingTimes(site, lang, { end: false })}
<div class="${note ? "beside full" : "full"}">
${note}<form method="post" action="${site.serviceUrl}/${lang}/sign/" id="form" data-sign="${form ? "again" : "first"}" novalidate>
${
  form?.wait?.once &&
  html`<input type="hidden" name="once" value="${form.wait.once}">
`
}${shownField(view)}
${textField(view, { name: "name", label: strings.sign.your_name, hint: fill(strings.sign.your_name_hint, recipientOf(view)), autocomplete: "name", max: NAME_LENGTH })}
${site.campaign.ask.place && textField(view, { name: "place", label: strings.sign.place, hint: prose(strings.sign.place_hint), autocomplete: "off", max: PLACE_LENGTH, optional: true })}
${emailField(view)}
${consentFields(view)}
${kept(view)}
<p class="hidden" aria-hidden="true"><label for="comment">${strings.sign.leave_empty}</label> <input id="comment" name="comment" type="text" tabindex="-1" autocomplete="off"></p>
<button type="submit" class="btn wide">${strings.sign.send_code}</button>
<p class="hint">${prose(strings.sign.withdraw_until)}</p>
</form>
</div>
<script src="${site.siteUrl}/assets/sign.js" defer></script>`,
    broad: true,
  });
}

type View = {
  site: SiteContext;
  lang: Lang;
  strings: Strings;
  values: FormValues | undefined;
  problems: readonly Told[];
  /** the address that was probably meant */
  meant: string | undefined;
};

// RFC 5321 §4.5.3.1.3, less the angle brackets.
const EMAIL_LENGTH = 254;

function text(site: SiteContext, lang: Lang, problem: Problem, reasons: Reasons = {}): Html {
  const reason = reasons[fieldOf(problem) as keyof Reasons];
  return problemText(lang, problem, {
    ...shownCharacter(lang, reason),
    meant: html`<bdi dir="ltr">${reason ?? ""}</bdi>`,
    max: numeral(lang, fieldOf(problem) === "place" ? PLACE_LENGTH : NAME_LENGTH),
    recipient: site.campaign.recipient.name[lang] ?? "",
    example: html`<bdi dir="ltr">name@example.com</bdi>`,
  });
}

// The notice begins with its own heading, which names the section.
function safety(site: SiteContext, lang: Lang): Html | undefined {
  const text = site.texts[lang].safety;
  if (text === "") return undefined;
  const more = html`<p><a href="${site.siteUrl}/${lang}/safety/">${stringsIn(lang).sign.safety_more}</a></p>`;
  return html`<section class="note" aria-labelledby="safety">${trusted(text.replace("<h2>", '<h2 id="safety">'))}${hasSafety(site, lang) && more}</section>
`;
}

/** Returns the letter's own hint for a field, or the usual words. */
function hintOf({ site, lang, strings }: View, field: "name" | "email"): Html {
  const own = site.texts[lang][`${field}-hint`];
  return own === "" ? prose(strings.sign[`${field}_hint`]) : trusted(sentenceOf(own));
}

function problemOf(view: View, field: string): Html | undefined {
  return view.problems.find(({ problem }) => fieldOf(problem) === field)?.text;
}

function shownField(view: View): Html {
  const { lang, strings, values } = view;
  const wrong = problemOf(view, "shown");
  // An unreadable choice falls back to the safest one.
  const chosen: Shown = values && isShown(values.shown) ? values.shown : "hidden";
  const ways: Shown[] = ["hidden", "counted", "initials", "name"];
  const id = (way: Shown, part: string) => `shown-${way}-${part}`;
  return html`<fieldset class="${wrong ? "f no" : "f"}" id="shown" tabindex="-1"${wrong && html` aria-describedby="shown-problem"`}><legend>${strings.sign.shown_legend}</legend>
${problemBeside(lang, "shown", wrong)}${ways.map((way) => html`<div><label class="opt"><input type="radio" name="shown" value="${way}"${way === chosen && html` checked`} aria-labelledby="${id(way, "name")}" aria-describedby="${id(way, "hint")}"><span><span id="${id(way, "name")}">${strings.sign[way]}</span> <span id="${id(way, "hint")}"><small>${shownHint(view, way)}</small> <small class="sample">${strings.sign.on_list} <b>${sample(view, way)}</b></small></span></span></label></div>\n`)}</fieldset>`;
}

function recipientOf({ site, lang }: View): { recipient: string } {
  return { recipient: site.campaign.recipient.name[lang] ?? "" };
}

function shownHint(view: View, way: Shown): Html {
  if (way === "name") return hintOf(view, "name");
  const { sign } = view.strings;
  const hint = fill(sign[`${way}_hint`], recipientOf(view));
  return way === "counted" ? html`${hint} <span class="unhidden">${sign.counted_empty}</span>` : hint;
}

/** Renders how such a signature will look on the list. */
function sample({ site, strings: { sign, signatures } }: View, way: Shown): Html {
  if (!showsName(way)) return html`${signatures.one_more}`;
  const place = site.campaign.ask.place && html` <bdi class="at">${sign.place_example}</bdi>`;
  return html`<bdi>${way === "name" ? sign.name_example : sign.initials_example}</bdi>${place}`;
}

function textField(
  view: View,
  field: { name: "name" | "place"; label: string; hint: Html; autocomplete: string; max: number; optional?: boolean },
): Html {
  const { name, optional } = field;
  const wrong = problemOf(view, name);
  return html`<div class="${wrong ? "f no" : "f"}" data-for="named"><label for="${name}">${field.label}${optional && html` <small>${view.strings.sign.optional}</small>`}</label><p class="hint" id="${name}-hint">${field.hint}</p>
${problemBeside(view.lang, name, wrong)}<input id="${name}" name="${name}" type="text" dir="auto" autocomplete="${field.autocomplete}" spellcheck="false" maxlength="${field.max * 2}" data-max="${field.max}" value="${view.values?.[name] ?? ""}"${!optional && html` aria-required="true"`} aria-describedby="${name}-hint${wrong ? ` ${name}-problem` : ""}"${wrong && html` aria-invalid="true"`}>
<p class="hint left" id="${name}-left" aria-live="polite" data-text="${view.strings.page.characters_left}"></p></div>`;
}

function emailField(view: View): Html {
  const { lang, strings, values } = view;
  const wrong = problemOf(view, "email");
  return html`<div class="${wrong ? "f no" : "f"}"><label for="email">${strings.sign.email}</label><p class="hint" id="email-hint">${hintOf(view, "email")}</p>
${problemBeside(lang, "email", wrong)}<input id="email" name="email" type="email" dir="ltr" autocomplete="email" maxlength="${EMAIL_LENGTH}" value="${values?.email ?? ""}" aria-required="true" aria-describedby="email-hint${wrong ? " email-problem" : ""}"${wrong && html` aria-invalid="true"`}>
${view.meant === undefined && slipLine(view)}${keptEmail(view)}</div>`;
}

/** Where a script asks at once whether another address was meant; without it, the answer to the form asks. */
function slipLine({ strings }: View): Html {
  const [before, after] = strings.sign.did_you_mean.split("{meant}");
  return html`<p class="hint left" id="email-slip" aria-live="polite" data-before="${before}" data-after="${after}" data-large="${LARGE.join(" ")}" data-real="${[...REAL].join(" ")}"></p>
`;
}

function meantIn(form: SignForm | undefined): string | undefined {
  return form?.problems.email === "slip" ? form.reasons?.email : undefined;
}

/** "Did you mean …?" is asked once: the hidden field says about which address. */
function keptEmail({ strings, values, meant }: View): Html {
  const kept = (email: string) => html`<input type="hidden" name="email_kept" value="${email}">`;
  if (meant !== undefined) {
    const parsed = parseEmail(values?.email ?? "");
    const address = html`<bdi dir="ltr">${meant}</bdi>`;
    return html`${kept("email" in parsed ? parsed.email : "")}<label class="opt"><input type="checkbox" id="email_choice" name="email_choice" value="meant"><span>${fill(strings.sign.email_meant, { meant: address })}</span></label>`;
  }
  if (values?.email_kept === undefined) return html``;
  return html`${kept(values.email_kept)}<input type="hidden" name="email_choice" value="${values.email_choice ?? ""}">`;
}

function consentFields(view: View): Html {
  const { site, lang, strings } = view;
  const { "consent-handover": handover, "consent-public": published } = site.texts[lang];
  return html`<fieldset class="f"><legend>${strings.sign.consent}</legend>
${ageLine(site, lang)}
${consent(view, "consent_handover", html`${trusted(sentenceOf(handover))} ${responsibleLine(site, lang)}`)}
${consent(view, "consent_public", html`${trusted(sentenceOf(published))} <small class="unhidden">${prose(strings.sign.consent_public_hint)}</small>`)}
</fieldset>`;
}

/** Renders what is stored, where, and until when: folded, so that the button below it is within reach. */
function kept({ site, lang, strings: { sign, letter } }: View): Html {
  const { waiting, sealed, listed, ledger } = sign.kept;
  return html`<details class="f kept"><summary>${sign.kept.title}</summary>
<ul>${[waiting, sealed, listed, ledger].map((sentence) => html`<li>${prose(sentence)}</li>\n`)}</ul>
${endDays(site, lang, { stays: true })}
<p><a href="${site.siteUrl}/${lang}/privacy/">${letter.privacy_notice}</a></p></details>`;
}

/** Renders a consent. What is agreed to is long: the box has a short name for the ear, and then the whole text. */
function consent(view: View, name: "consent_handover" | "consent_public", label: Html): Html {
  const wrong = problemOf(view, name);
  const short = fill(view.strings.sign[`${name}_short`], recipientOf(view));
  return html`<div class="${wrong ? "no" : ""}"${name === "consent_public" && html` data-for="listed"`}>${problemBeside(view.lang, name, wrong)}<label class="opt"><input type="checkbox" id="${name}" name="${name}" value="yes"${view.values?.[name] === "yes" && html` checked`} aria-label="${plain(short)}" aria-required="true" aria-describedby="${name}-text${wrong ? ` ${name}-problem` : ""}"${wrong && html` aria-invalid="true"`}><span id="${name}-text">${label}</span></label></div>`;
}
