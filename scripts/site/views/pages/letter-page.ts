import { type Block, type Letter, titleParts } from "../../../letter/text/letter-text.ts";
import { hasSupport, type SiteContext } from "../context.ts";
import { countBox, signingWithinReach } from "../count-box.ts";
import { CARD } from "../drawn/card.ts";
import { type Html, html, prose, trusted } from "../html.ts";
import { layout } from "../layout.ts";
import { type Lang, type Strings, stringsIn } from "../strings.ts";
import { takenDownSentence } from "../taken-down.ts";
import { translationNote } from "../translation-note.ts";

/** The page of the letter: head, body, demands, signatures, copies; and beside it the button to sign. */
export function letterPage(site: SiteContext, lang: Lang): string {
  const strings = stringsIn(lang);
  const letter = site.letters[lang];
  const translation = translationNote(site, lang);
  const body = html`${site.texts[lang].warning !== "" && warning(site, lang, strings)}
<article class="letter" id="letter" aria-labelledby="title">
<div class="page">
${head(letter)}
<h1 id="title">${title(letter.title)}</h1>
${translation !== undefined && html`<p class="translation" role="note">${prose(translation)}</p>`}
${blocks(site, lang, strings)}
</div>
${countBox(site, lang)}
<div class="page">
${closing(site, lang, strings, letter)}
${
  letter.cc.length > 0 &&
  html`<div class="cc"><h2>${letter.cc_label.replace(/[:：]$/u, "")}</h2>
<address class="to">${letter.cc.map((line, i) => html`${i > 0 && html`<br>`}${addressLine(line)}`)}</address></div>`
}
</div>
</article>
${about(site, lang, strings)}
${signingWithinReach(site, lang)}`;
  return layout(site, lang, {
    title: site.campaign.site_title[lang] ?? "",
    path: "",
    at: "site",
    lasting: true,
    wide: true,
    head: preview(site, lang),
    body,
  });
}

/** Renders the preview for social networks. They read it without scripts, and a reader's browser loads none of it. */
function preview(site: SiteContext, lang: Lang): Html {
  const { campaign, publicUrl } = site;
  const title = campaign.preview_names_letter ? site.letters[lang].title : (campaign.site_title[lang] ?? "");
  const properties = {
    type: "website",
    locale: lang,
    url: `${publicUrl}${lang}/`,
    title,
    image: `${publicUrl}${lang}/card.png`,
    "image:width": CARD.width,
    "image:height": CARD.height,
    "image:alt": title,
  };
  return html`${Object.entries(properties).map(([name, value]) => html`<meta property="og:${name}" content="${value}">\n`)}<meta name="twitter:card" content="summary_large_image">
<link rel="alternate" type="application/rss+xml" href="${site.siteUrl}/${lang}/feed.xml" title="${stringsIn(lang).share.feed_title}">
`;
}

function warning(site: SiteContext, lang: Lang, strings: Strings): Html {
  return html`<section class="slip" aria-label="${strings.letter.content_warning}">
<div>${trusted(site.texts[lang].warning)}
${hasSupport(site, lang) && html`<p><a href="${site.siteUrl}/${lang}/support/">${strings.nav.support}</a></p>`}</div>
<p class="acts"><a class="btn alt" href="#letter">${strings.letter.read_letter}</a> ${site.stage !== "destroyed" && html`<a class="btn alt" href="${site.siteUrl}/${lang}/sign/">${strings.letter.skip_to_signing}</a>`}</p>
</section>`;
}

function head(letter: Letter): Html {
  const [name, ...lines] = letter.addressee;
  return html`<div class="head">
<address class="to"><span class="quiet line">${letter.addressee_label}</span><br><b class="line">${prose(name ?? "")}</b>${lines.map((line) => html`<br>${addressLine(line)}`)}</address>
${letter.urgent && html`<p class="stamp">${letter.urgent_label}</p>`}
</div>`;
}

/** Renders a line of an address; one in Latin letters runs from left to right, as on an envelope. */
function addressLine(line: string): Html {
  const latin = /^[\p{Script=Latin}\p{Script=Common}]+$/u.test(line);
  return latin
    ? html`<span class="line" dir="ltr" lang="en">${line}</span>`
    : html`<span class="line">${prose(line)}</span>`;
}

/** "Open letter to …: what we demand": the part before the colon is smaller, and the words are unchanged. */
function title(text: string): Html {
  const { kicker, heading } = titleParts(text);
  return kicker === "" ? prose(heading) : html`<span class="kick">${prose(kicker)}</span> ${prose(heading)}`;
}

function blocks(site: SiteContext, lang: Lang, strings: Strings): Html {
  const introduction = site.texts[lang].distressing;
  const distressing = introduction === "" ? undefined : site.campaign.distressing;
  const body = site.letters[lang].blocks.filter(({ role }) => role === "body");
  return html`${body.map((block, index) => {
    const number = index + 1;
    const skip = html`<div class="pass" role="note">${trusted(introduction)}<p><a href="#after">${strings.letter.skip_section}</a></p></div>\n`;
    const after = html`<p class="hidden" id="after" role="note" tabindex="-1">${strings.letter.section_ends}</p>\n`;
    return html`${number === distressing?.from && skip}${distressing && number === distressing.to + 1 && after}${bodyBlock(block, number)}${distressing?.to === number && number === body.length && after}`;
  })}`;
}

// A block has the same id in every language, so that a reader who changes the language keeps their place in the letter.
function bodyBlock({ kind, html: block }: Block, number: number): Html {
  const id = `b${number}`;
  if (kind === "bullet_list") return html`<div class="asks" id="${id}">${trusted(block)}</div>`;
  return trusted(block.replace(/^<(\w+)/, `<$1 id="${id}"`));
}

function closing(site: SiteContext, lang: Lang, strings: Strings, letter: Letter): Html {
  const [label, signedAs] = letter.blocks.filter(({ role }) => role === "closing");
  return html`${label && html`<h2>${prose(label.text)}</h2>`}
${signedAs && html`<p>${prose(signedAs.text)}</p>`}
${
  site.takenDown
    ? html`<p>${takenDownSentence(site, lang)} <a href="${site.siteUrl}/${lang}/how/#taken-down">${strings.taken_down.why_title}</a></p>`
    : html`<p class="links"><a href="${site.siteUrl}/${lang}/signatures/">${strings.letter.see_all}</a></p>`
}
<p class="links"><a href="${site.siteUrl}/${lang}/letter.pdf">${prose(strings.passed_on.letter_offline)}</a></p>`;
}

function about(site: SiteContext, lang: Lang, strings: Strings): Html {
  const { letter } = strings;
  return html`<section class="about" aria-labelledby="about-title">
<h2 id="about-title">${letter.about}</h2>
<div>
<div><h3>${letter.who}</h3>${trusted(site.texts[lang].notice)}</div>
<div><h3>${letter.data}</h3><p>${letter.data_text} <a href="${site.siteUrl}/${lang}/privacy/">${letter.privacy_notice}</a></p></div>
<div><h3>${letter.trust}</h3><p>${letter.trust_text} <a href="${site.siteUrl}/${lang}/verify/">${letter.check}</a></p></div>
</div>
</section>`;
}
