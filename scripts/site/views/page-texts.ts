import { renderMarkdown } from "../../letter/text/markdown.ts";

/** The Markdown files in each language's folder that organisers write for their letter, beside `letter.md` itself. */
export const OWN_TEXTS = ["notice", "run-by", "signed-as", "request"] as const;

/** Those that any letter can keep: they say what the program does. */
export const KEPT_TEXTS = [
  "consent-handover",
  "consent-public",
  "how",
  "privacy",
  "limits",
  "rights",
  "press",
] as const;

/** Those that a letter has or has not, in all its languages alike. What they are for is on the pages only with them. */
export const OPTIONAL_TEXTS = [
  "tagline",
  "warning",
  "distressing",
  "safety",
  "staying-safe",
  "support",
  "name-hint",
  "email-hint",
  "share-caution",
  "updates",
] as const;

export const PAGE_TEXTS = [...OWN_TEXTS, ...KEPT_TEXTS, ...OPTIONAL_TEXTS] as const;

/** Each of these texts as HTML; an optional one that the letter does not have is empty. */
export type PageTexts = Readonly<Record<(typeof PAGE_TEXTS)[number], string>>;

/** Renders the texts; each may name the recipient, as `{recipient}`. */
export function parsePageTexts(markdown: Readonly<Record<keyof PageTexts, string>>, recipient: string): PageTexts {
  const render = (text: string) => renderMarkdown(text.replaceAll("{recipient}", () => recipient));
  return Object.fromEntries(PAGE_TEXTS.map((name) => [name, render(markdown[name])])) as PageTexts;
}

/** Returns the words of each paragraph, heading and item of a text, for print and pictures, which know no HTML. */
export function paragraphsOf(markup: string): string[] {
  return markup
    .split(/<\/(?:p|li|h\d)>/)
    .map((part) =>
      part
        .replace(/<[^<>]*>/g, "")
        .replace(/\s+/g, " ")
        .trim(),
    )
    .filter((part) => part !== "")
    .map((part) => part.replace(/&(amp|lt|gt|quot);/g, (_, name: keyof typeof ENTITIES) => ENTITIES[name]));
}

const ENTITIES = { amp: "&", lt: "<", gt: ">", quot: '"' } as const;

/** Returns the words of a text of one paragraph, for a label or a list, where no paragraph may be. */
export function sentenceOf(markup: string): string {
  return markup.trim().replace(/^<p>|<\/p>$/g, "");
}
