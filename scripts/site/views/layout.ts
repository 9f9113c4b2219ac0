import { contentPolicy } from "./content-policy.ts";
import { hasSafety, hasSupport, hasUpdates, languagesOf, type SiteContext } from "./context.ts";
import { type Html, html, prose, trusted } from "./html.ts";
import { robotsAt } from "./robots.ts";
import { type Lang, type Strings, stringsIn } from "./strings.ts";

/** What the layout needs to know about a page. */
export type Page = {
  readonly title: string;
  /** The address below `/{lang}/`, which opens the same page in another language: "sign/", "confirm/?s=…". */
  readonly path: string;
  /** Which server answers that address. */
  readonly at: "site" | "service";
  readonly body: Html;
  /** The title begins with "Error:". */
  readonly failed?: boolean;
  /** The page is the same for every visitor, so its address decides what search engines may do; otherwise: nothing. */
  readonly lasting?: boolean;
  /** Browsers keep titles in their history, which others read: this page has only the site's, and says what it is in its heading. */
  readonly untold?: boolean;
  /** The page ends with the ways on, the letter among them: a link above would say it twice. */
  readonly leadsOn?: boolean;
  /** The page does not mention the letter: it is for a person who did not ask for anything. */
  readonly neutral?: boolean;
  /** Additional content of the head. */
  readonly head?: Html;
  /** The sheet is broad enough for something beside the text. */
  readonly broad?: boolean;
  /** The letter's own wide layout, instead of a plain sheet with a link back to the letter. */
  readonly wide?: boolean;
};

/** Renders a whole page in the frame that all pages share. */
export function layout(site: SiteContext, lang: Lang, page: Page): string {
  const strings = stringsIn(lang);
  const siteTitle = site.campaign.site_title[lang] ?? "";
  const origin = page.at === "site" ? site.siteUrl : site.serviceUrl;
  const robots = page.lasting ? robotsAt(`/${lang}/${page.path}`) : "noindex";
  return html`<!DOCTYPE html>
<html lang="${lang}" dir="${strings.language.dir}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${contentPolicy(site)}">
<meta name="referrer" content="${referrerOf(page)}">
<meta name="robots" content="${robots}">
<meta name="color-scheme" content="light dark">
<meta name="format-detection" content="telephone=no">
${
  robots === "index" &&
  html`<meta name="description" content="${strings.share.description}">
${sameText(site, lang, page)}`
}${
  page.at === "site" &&
  site.campaign.onion !== undefined &&
  html`<meta http-equiv="onion-location" content="${site.campaign.onion}/${lang}/${page.path}">
`
}<title>${tabTitle(site, lang, page)}</title>
<link rel="stylesheet" href="${site.siteUrl}/assets/site.css">
${FONTS[lang].map((font) => html`<link rel="preload" as="font" type="font/woff2" crossorigin href="${site.siteUrl}/assets/fonts/${font}.woff2">\n`)}<link rel="icon" href="${iconOf(site)}" type="image/svg+xml">
<script src="${site.siteUrl}/assets/page.js" defer></script>
${
  isTypedInto(page) &&
  html`<script src="${site.siteUrl}/assets/typing.js" defer></script>
`
}${page.head}</head>
<body>
<a class="skip" href="#main">${strings.page.skip_to_content}</a>
<header class="bar"><div class="wrap">
${exit(site, strings)}
${!page.neutral && html`<a class="site" href="${site.siteUrl}/${lang}/">${siteTitle}</a>`}
${languages(site, lang, strings, `${origin}/{lang}/${page.path}`)}
</div></header>
<p class="hidden" id="said" aria-live="polite" data-one="${strings.page.exit_one}"></p>
<main id="main" class="wrap" tabindex="-1">
${trial(site, strings)}${page.wide ? page.body : sheet(site, lang, strings, page)}
</main>
${page.neutral ? "" : footer(site, lang, strings)}
</body>
</html>
`.toString();
}

/**
 * Pages send no referrer. A page with a form sends its origin, by which the service recognises our own forms even when
 * it has another origin than the site, but never its path, which may hold `s`. Links to other sites are `noreferrer`
 * anyway, and the quick exit sets the policy back to `no-referrer`.
 */
function referrerOf({ body }: Page): "strict-origin" | "no-referrer" {
  // This matches no text of a page, where a quotation mark is always an entity.
  return body.toString().includes(' method="post"') ? "strict-origin" : "no-referrer";
}

// The fonts of the first view. A font that arrives too late for it is not used, so that the text does not shift. They come
// after the style: a browser gives the connection that is already open to what it reads first, and without the style it
// shows nothing. Another connection takes a second at an onion service.
const FONTS: Readonly<Record<Lang, readonly string[]>> = {
  fa: ["vazirmatn-400", "vazirmatn-700"],
  en: ["source-serif-400", "source-serif-600"],
};

function tabTitle(site: SiteContext, lang: Lang, { failed, title, neutral, untold }: Page): string {
  const siteTitle = site.campaign.site_title[lang] ?? "";
  const name = untold || (site.campaign.neutral_tab && !neutral) ? siteTitle : title;
  const prefix = failed ? `${stringsIn(lang).page.error_prefix} ` : "";
  return `${prefix}${name}${neutral || name === siteTitle ? "" : ` – ${siteTitle}`}`;
}

/** Returns the icon of the browser's tab: a written sheet, or a blank one for a neutral tab. */
export function iconOf({ siteUrl, campaign }: SiteContext): string {
  return `${siteUrl}/assets/${campaign.neutral_tab ? "icon-blank" : "icon"}.svg`;
}

/** Whether a page has a field that `typing.js` helps with. */
function isTypedInto({ body }: Pick<Page, "body">): boolean {
  return / data-(code|max)="/.test(body.toString());
}

/** Renders the quick exit: a button that stays in view, at the end of the bar, and the first link in it for keyboards. */
function exit(site: SiteContext, strings: Strings): Html {
  return html`<a class="exit" href="${site.campaign.exit_url}" rel="noreferrer nofollow" data-exit="${strings.page.leaving}">${strings.page.quick_exit}</a>`;
}

/**
 * Renders absolute addresses for search engines: the canonical one, under whatever host the page was reached, and those
 * of the page in every language.
 */
function sameText(site: SiteContext, lang: Lang, { path }: Page): Html {
  const address = (of: Lang) => `${site.publicUrl}${of}/${path}`;
  return html`<link rel="canonical" href="${address(lang)}">
${languagesOf(site).map((each) => html`<link rel="alternate" hreflang="${each}" href="${address(each)}">\n`)}`;
}

function languages(site: SiteContext, lang: Lang, strings: Strings, address: string): Html {
  const links = languagesOf(site).map((other) => {
    const { own_name } = stringsIn(other).language;
    return other === lang
      ? html`<span aria-current="true">${own_name}</span>`
      : html`<a href="${address.replace("{lang}", other)}" lang="${other}" hreflang="${other}">${own_name}</a>`;
  });
  return html`<nav class="langs" aria-label="${strings.page.language}">${links.map((link) => html`${link} `)}</nav>`;
}

function trial(site: SiteContext, strings: Strings): Html {
  if (!site.demoCustodian && !site.capturedMail) return html``;
  return html`<aside class="trial">
${site.demoCustodian && html`<p>${prose(strings.page.demo_custodian)}</p>`}
${site.capturedMail && html`<p>${prose(strings.page.captured_mail)} <a href="${site.serviceUrl}/inbox/">${strings.page.open_inbox}</a></p>`}
</aside>
`;
}

function sheet(site: SiteContext, lang: Lang, strings: Strings, page: Page): Html {
  return html`${!page.neutral && !page.leadsOn && html`<a class="back" href="${site.siteUrl}/${lang}/">${strings.page.back_to_letter}</a>`}
<div class="${page.broad ? "sheet broad" : "sheet"}">
${page.body}
</div>`;
}

function footer(site: SiteContext, lang: Lang, strings: Strings): Html {
  const { letter, sign, signatures, verify, how, withdraw, privacy, safety, support, share } = strings.nav;
  const { updates, press } = strings;
  const links: Record<string, string | false> = {
    "": letter,
    "sign/": sign,
    "signatures/": !site.takenDown && signatures,
    "updates/": hasUpdates(site, lang) && updates.title,
    "verify/": verify,
    "how/": how,
    "withdraw/": withdraw,
    "privacy/": privacy,
    "safety/": hasSafety(site, lang) && safety,
    "support/": hasSupport(site, lang) && support,
    "share/": share,
    "press/": press.title,
  };
  return html`<footer class="foot"><div class="wrap">
<nav aria-label="${strings.page.site_pages}"><ul>
${Object.entries(links)
  .filter(([, label]) => label !== false)
  .map(([path, label]) => html`<li><a href="${site.siteUrl}/${lang}/${path}">${label}</a></li>\n`)}</ul></nav>
<p class="printed">${strings.page.read_at} <bdi dir="ltr">${site.publicUrl}${lang}/</bdi></p>
<p>${strings.page.contact} <bdi dir="ltr"><a href="mailto:${site.campaign.contact}">${site.campaign.contact}</a></bdi></p>
${site.campaign.source !== undefined && html`<p><a href="${site.campaign.source}" rel="noreferrer">${strings.page.source}</a></p>`}
${languagesOf(site)
  .filter((other) => site.texts[other].tagline !== "")
  .map(
    (other) =>
      html`<div class="tagline" lang="${other}" dir="${stringsIn(other).language.dir}">${trusted(site.texts[other].tagline)}</div>\n`,
  )}</div></footer>`;
}
