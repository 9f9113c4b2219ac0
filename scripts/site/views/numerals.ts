import type { Shown } from "../../letter/signature/shown.ts";
import { type Html, html } from "./html.ts";
import type { Lang } from "./strings.ts";

// Making one takes longer than what it does for a page.
const [formats, rules] = [new Map<Lang, Intl.NumberFormat>(), new Map<Lang, Intl.PluralRules>()];

/** Formats a number in a language: 12,345 or ۱۲٬۳۴۵. */
export function numeral(lang: Lang, value: number): string {
  const format = formats.get(lang) ?? new Intl.NumberFormat(lang);
  formats.set(lang, format);
  return format.format(value);
}

/** Returns the plural form for a number. Zero has its own, because CLDR's `one` includes it in Persian. */
export function plural<T>(lang: Lang, value: number, forms: { zero: T; one: T; other: T }): T {
  if (value === 0) return forms.zero;
  const rule = rules.get(lang) ?? new Intl.PluralRules(lang);
  rules.set(lang, rule);
  return rule.select(value) === "one" ? forms.one : forms.other;
}

/** Renders a number that anyone can recompute, marked with what it counts, so that verification can read it. */
export function told(lang: Lang, of: "listed" | "people" | "withdrawn" | "size" | Shown, value: number): Html {
  return html`<data class="of-${of}" value="${value}">${numeral(lang, value)}</data>`;
}
