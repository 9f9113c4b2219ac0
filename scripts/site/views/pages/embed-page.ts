import { inlineSource } from "../content-policy.ts";
import type { SiteContext } from "../context.ts";
import { countOf } from "../drawn/card.ts";
import { html, trusted } from "../html.ts";
import { robotsAt } from "../robots.ts";
import { type Lang, stringsIn } from "../strings.ts";

// The frame loads nothing, so it uses only fonts of the reader's machine.
const STYLE =
  "html{color-scheme:light dark;background:Canvas;color:CanvasText}body{margin:0;font:1rem/1.6 system-ui,sans-serif}a{display:block;padding:.5rem 1rem;border:1px solid;color:inherit;text-decoration:none}b{font-size:1.5em}a:focus-visible{outline:3px solid}";

/** The policy of the counter: it loads nothing, and its inline style is allowed by its digest. */
export const EMBED_POLICY = `default-src 'none'; style-src ${inlineSource(STYLE)}; base-uri 'none'; form-action 'none'`;

/** The counter for a frame on another site: one line that links to the letter. */
export function embedPage(site: SiteContext, lang: Lang): string {
  const { language } = stringsIn(lang);
  const [number, words] = countOf(site, lang);
  return html`<!DOCTYPE html>
<html lang="${lang}" dir="${language.dir}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${EMBED_POLICY}">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="${robotsAt(`/embed/${lang}/`)}">
<title>${site.campaign.site_title[lang]}</title>
<style>${trusted(STYLE)}</style>
</head>
<body>
<main><a href="${site.publicUrl}${lang}/" target="_blank" rel="noreferrer">${number !== "" && html`<b>${number}</b> `}${words}</a></main>
</body>
</html>
`.toString();
}
