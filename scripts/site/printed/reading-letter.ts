import { isolate, isolateLatin, printBody } from "../../letter/text/print-letter.ts";
import { requestOf } from "../../letter/text/request.ts";
import type { SiteContext } from "../views/context.ts";
import { paragraphsOf } from "../views/page-texts.ts";
import { type Lang, stringsIn } from "../views/strings.ts";
import { translationNote } from "../views/translation-note.ts";
import { codeOf, titleOf } from "./posters.ts";
import type { PrintedFile } from "./printed-file.ts";

/**
 * The letter as a file to read and to pass on where there is no network: its whole text, where it can be signed, what it
 * asks and who runs the page. It has no names and no count, so it stays true wherever it goes.
 *
 * @param markdown of `content/LANG/letter.md`
 */
export function readingLetterOf(site: SiteContext, lang: Lang, markdown: string): PrintedFile {
  const { bag, passed_on, share } = stringsIn(lang);
  const letter = site.letters[lang];
  const { onion } = site.campaign;
  const home = `${site.publicUrl}${lang}/`;
  const lines = (texts: readonly string[]) => texts.map(isolateLatin);
  const asks = requestOf(letter, paragraphsOf(site.texts[lang].request).join(" "));
  const data = {
    ...titleOf(site, lang),
    lang,
    url: home,
    home: home.replace(/^https?:\/\//, ""),
    onion: onion === undefined ? null : `${onion}/${lang}/`,
    page: bag.page,
    warning: lines(paragraphsOf(site.texts[lang].warning)),
    to: { label: letter.addressee_label, lines: letter.addressee.map(isolate) },
    urgent: letter.urgent ? letter.urgent_label : null,
    translation: translationNote(site, lang) ?? null,
    body: printBody(markdown, letter),
    cc: letter.cc.length > 0 ? { label: letter.cc_label, lines: letter.cc.map(isolate) } : null,
    asks: asks === undefined ? [] : lines([asks]),
    scan: share.poster_scan,
    "in-tor": passed_on.in_tor,
    "run-by": lines(paragraphsOf(site.texts[lang]["run-by"])),
  };
  return { template: "reading", data, code: codeOf(home) };
}
