import type { SiteContext } from "./context.ts";
import { type Lang, stringsIn } from "./strings.ts";

/** Returns the note above a translation that nobody has approved yet; undefined above any other text. */
export function translationNote({ campaign }: SiteContext, lang: Lang): string | undefined {
  if (campaign.translation_approved[lang] !== false) return undefined;
  return stringsIn(lang).letter.translation.replace("{original}", () => languageName(campaign.original, lang));
}

/** Returns the name of a language, as another one calls it: "English", «انگلیسی». */
function languageName(language: string, lang: Lang): string {
  return new Intl.DisplayNames(lang, { type: "language" }).of(language) ?? language;
}
