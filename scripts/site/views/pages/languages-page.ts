import { languagesOf, type SiteContext } from "../context.ts";
import { html } from "../html.ts";
import { iconOf } from "../layout.ts";
import { robotsAt } from "../robots.ts";
import { stringsIn } from "../strings.ts";

/** The page `/`: one link for each language, for hosts that do not choose by the browser's preference. */
export function languagesPage(site: SiteContext): string {
  const languages = languagesOf(site);
  const [first = "en"] = languages;
  return html`<!DOCTYPE html>
<html lang="${first}" dir="${stringsIn(first).language.dir}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="${robotsAt("/")}">
<meta name="color-scheme" content="light dark">
<title>${site.campaign.site_title[first]}</title>
<link rel="stylesheet" href="${site.siteUrl}/assets/site.css">
<link rel="icon" href="${iconOf(site)}" type="image/svg+xml">
</head>
<body>
<main class="wrap choose">
<h1 class="hidden">${stringsIn(first).page.choose_language}</h1>
<ul>
${languages.map((lang) => {
  const { own_name, dir } = stringsIn(lang).language;
  return html`<li><a class="btn alt" href="${site.siteUrl}/${lang}/" lang="${lang}" hreflang="${lang}" dir="${dir}">${own_name}</a></li>\n`;
})}</ul>
</main>
</body>
</html>
`.toString();
}
