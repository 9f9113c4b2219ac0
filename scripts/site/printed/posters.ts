import { renderSVG } from "uqr";
import { titleParts } from "../../letter/text/letter-text.ts";
import type { PageData } from "../../outside/typeset.ts";
import { languagesOf, type SiteContext } from "../views/context.ts";
import { paragraphsOf } from "../views/page-texts.ts";
import { type Lang, stringsIn } from "../views/strings.ts";
import type { PrintedFile } from "./printed-file.ts";

/**
 * The poster: the letter's title, its address, the address as a QR code, and who runs the page. It shows no count, which
 * would go out of date on a wall.
 *
 * @param languages one language, whose letter the code opens, or several, between which the site lets the reader choose
 */
export function posterOf(site: SiteContext, languages: readonly Lang[] = languagesOf(site)): PrintedFile {
  const [first = "en", ...others] = languages;
  const address = `${site.publicUrl}${others.length > 0 ? "" : `${first}/`}`;
  const texts = languages.map((lang) => ({
    ...titleOf(site, lang),
    lang,
    scan: stringsIn(lang).share.poster_scan,
    "run-by": paragraphsOf(site.texts[lang]["run-by"]),
  }));
  return { template: "poster", data: { texts, ...typed(address, 36) }, code: codeOf(address) };
}

/** The sheet with strips to tear off, which have the address, but of the letter only what the browser's tab says of it. */
export function stripsOf(site: SiteContext, lang: Lang): PrintedFile {
  const address = `${site.publicUrl}${lang}/`;
  const data = {
    ...titleOf(site, lang),
    lang,
    name: site.campaign.site_title[lang] ?? "",
    scan: stringsIn(lang).share.poster_scan,
    tear: stringsIn(lang).passed_on.strips_tear,
    "run-by": paragraphsOf(site.texts[lang]["run-by"]),
    ...typed(address, 36),
  };
  return { template: "strips", data, code: codeOf(address) };
}

/** The title of the letter, whole and in its parts. */
export function titleOf(site: SiteContext, lang: Lang): { title: string; kicker: string; heading: string } {
  const { title } = site.letters[lang];
  return { title, ...titleParts(title) };
}

export function codeOf(address: string): string {
  return renderSVG(address, { ecc: "M", border: 2 });
}

/** An address as people type it, without its scheme, and in lines of at most so many characters: an onion address is long. */
function typed(address: string, width: number): { address: string; lines: PageData } {
  const text = address.replace(/^https?:\/\//, "").replace(/^([^/]*)\/$/, "$1");
  return { address: text, lines: text.match(new RegExp(`.{1,${width}}`, "g")) ?? [] };
}
