import { renderMarkdown } from "../../letter/text/markdown.ts";

/** The Markdown files beside the letter in each language's folder: the campaign's other texts. */
export const PAGE_TEXTS = [
  "tagline",
  "notice",
  "run-by",
  "warning",
  "signed-as",
  "distressing",
  "consent-handover",
  "consent-public",
  "safety",
  "staying-safe",
  "how",
  "privacy",
  "limits",
  "rights",
  "support",
] as const;

/** Each of these texts as HTML. */
export type PageTexts = Readonly<Record<(typeof PAGE_TEXTS)[number], string>>;

/** Renders the texts; each may name the recipient, as `{recipient}`. */
export function parsePageTexts(markdown: Readonly<Record<keyof PageTexts, string>>, recipient: string): PageTexts {
  const render = (text: string) => renderMarkdown(text.replaceAll("{recipient}", () => recipient));
  return Object.fromEntries(PAGE_TEXTS.map((name) => [name, render(markdown[name])])) as PageTexts;
}
