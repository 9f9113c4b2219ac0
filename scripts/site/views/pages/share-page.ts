import { languagesOf, type SiteContext } from "../context.ts";
import { copyTools } from "../copy-tools.ts";
import { fill, type Html, html, prose, trusted } from "../html.ts";
import { layout } from "../layout.ts";
import { sentenceOf } from "../page-texts.ts";
import { type Lang, stringsIn } from "../strings.ts";

/** The page to share the letter: plain links, which contact no service before a click, and files to download. */
export function sharePage(site: SiteContext, lang: Lang): string {
  const { share, passed_on } = stringsIn(lang);
  const caution = site.texts[lang]["share-caution"];
  const address = `${site.publicUrl}${lang}/`;
  const toCopy = (id: string, text: string) =>
    html`<p class="command" dir="ltr"><code id="${id}">${text}</code></p>\n${copyTools(lang, id)}`;
  const frame = `<iframe src="${site.publicUrl}embed/${lang}/" title="${site.campaign.site_title[lang]}" width="340" height="88" style="border:0" loading="lazy"></iframe>`;
  const picture = `<a href="${address}"><img src="${site.publicUrl}embed/${lang}.svg" alt="${site.campaign.site_title[lang]}" height="44"></a>`;
  return layout(site, lang, {
    title: share.title,
    path: "share/",
    at: "site",
    body: html`<h1>${share.title}</h1>
<section class="note" aria-labelledby="caution"><h2 id="caution">${share.caution_title}</h2>
<ul><li>${prose(share.caution_knows)}${caution !== "" && html` ${trusted(sentenceOf(caution))}`}</li>
<li>${prose(share.caution_moment)}</li>
<li>${prose(share.caution_traces)}</li></ul></section>
<h2>${share.address}</h2>
<p>${prose(share.address_text)}</p>
${toCopy("address", address)}
<h2>${share.words}</h2>
<p>${prose(share.words_text)}</p>
<p class="mid" id="words">${fill(share.words_to_send, { title: prose(site.letters[lang].title), address: html`<bdi dir="ltr">${address}</bdi>` })}</p>
${copyTools(lang, "words")}
<p data-share="words" data-label="${share.device}"></p>
<h2>${share.by}</h2>
<p>${prose(share.by_text)}</p>
<ul>
${links(site, lang, address)}</ul>
<p class="hint">${prose(share.signal)}</p>
<h2>${passed_on.letter}</h2>
<p>${prose(passed_on.letter_text)}</p>
<ul>
${fileLinks(site, lang, ["letter"])}</ul>
<h2>${passed_on.pictures}</h2>
<p>${prose(passed_on.pictures_text)}</p>
<ul>
${fileLinks(site, lang, ["square", "upright"])}</ul>
<h2>${share.print}</h2>
<p>${prose(share.print_text)}</p>
<p>${prose(passed_on.strips_text)}</p>
<ul>
${fileLinks(site, lang, ["poster", "poster_all", "strips"])}</ul>
<p class="note">${prose(passed_on.no_paper)}</p>
<h2>${share.embed}</h2>
<p>${prose(share.embed_text)}</p>
<p>${share.embed_frame}</p>
${toCopy("frame", frame)}
<p>${share.embed_picture}</p>
${toCopy("picture", picture)}
<p>${fill(share.embed_data, { file: html`<a href="${site.siteUrl}/count.json"><bdi dir="ltr">count.json</bdi></a>` })}</p>
<h2>${share.feed_title}</h2>
<p>${prose(share.feed_text)} <a href="${site.siteUrl}/${lang}/feed.xml">${share.feed_file}</a></p>
<script src="${site.siteUrl}/assets/share.js" defer></script>`,
  });
}

const FILES = ["letter", "square", "upright", "poster", "poster_all", "strips"] as const;

/** Renders links to the files that people pass on, as items of a list. */
export function fileLinks(site: SiteContext, lang: Lang, files: readonly (typeof FILES)[number][] = FILES): Html {
  const { share, passed_on } = stringsIn(lang);
  const several = languagesOf(site).length > 1;
  const all: Record<(typeof FILES)[number], readonly [path: string, label: string] | false> = {
    letter: [`${lang}/letter.pdf`, passed_on.letter_file],
    square: [`${lang}/square.png`, passed_on.square],
    upright: [`${lang}/upright.png`, passed_on.upright],
    poster: [`${lang}/poster.pdf`, share.poster_file],
    poster_all: several && ["poster.pdf", passed_on.poster_all],
    strips: [`${lang}/strips.pdf`, passed_on.strips_file],
  };
  const links = files.map((file) => all[file]).filter((link) => link !== false);
  return html`${links.map(([path, label]) => html`<li><a href="${site.siteUrl}/${path}">${prose(label)}</a></li>\n`)}`;
}

/** Renders links to services that take a text in an address. Nothing of theirs is loaded, no script either. */
function links(site: SiteContext, lang: Lang, address: string): Html {
  const { share } = stringsIn(lang);
  const title = site.campaign.preview_names_letter ? site.letters[lang].title : (site.campaign.site_title[lang] ?? "");
  const [url, text, both] = [address, title, `${title}\n${address}`].map(encodeURIComponent);
  const places = [
    [share.telegram, `https://t.me/share/url?url=${url}&text=${text}`],
    [share.whatsapp, `https://wa.me/?text=${both}`],
    [share.x, `https://x.com/intent/post?url=${url}&text=${text}`],
    [share.mail, `mailto:?subject=${text}&body=${url}`],
  ] as const;
  return html`${places.map(([name, href]) => html`<li><a href="${href}" rel="noreferrer nofollow">${prose(name)}</a></li>\n`)}`;
}
