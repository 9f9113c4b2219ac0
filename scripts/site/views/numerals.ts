import type { Shown } from "../../letter/signature/shown.ts";
import { type Html, html } from "./html.ts";
import type { Lang } from "./strings.ts";

/** A number as it is written in a language: 12,345 or ۱۲٬۳۴۵. */
export function numeral(lang: Lang, value: number): string {
  return new Intl.NumberFormat(lang).format(value);
}

/** The form that goes with a number; zero has its own words, as CLDR's `one` takes it in for Persian. */
export function plural<T>(lang: Lang, value: number, forms: { zero: T; one: T; other: T }): T {
  if (value === 0) return forms.zero;
  return new Intl.PluralRules(lang).select(value) === "one" ? forms.one : forms.other;
}

/** A number that anyone can recompute, marked with what it counts: verification reads it from the page. */
export function told(lang: Lang, of: "listed" | "withdrawn" | "size" | Shown, value: number): Html {
  return html`<data class="of-${of}" value="${value}">${numeral(lang, value)}</data>`;
}
