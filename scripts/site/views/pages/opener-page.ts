import { renderMarkdown } from "../../../letter/text/markdown.ts";
import { inlineSource } from "../content-policy.ts";
import { fill, type Html, html, prose, trusted } from "../html.ts";
import { type Lang, type Strings, stringsIn } from "../strings.ts";

type Words = Strings["opener"];

/** What the page embeds: the program that opens the bags, the script of the page, its style. */
export type OpenerParts = { readonly program: string; readonly script: string; readonly style: string };

/**
 * The page that opens a contacts bag from a disk, in all languages of the campaign at once: a reader changes the language
 * without choosing the files again. It embeds everything it needs, and its policy forbids all network access.
 *
 * @param languages the first is shown first
 * @param readMes what the recipient should read before anything else, as Markdown
 */
export function openerPage(
  languages: readonly [Lang, ...Lang[]],
  readMes: Readonly<Record<string, string>>,
  { program, script, style }: OpenerParts,
): string {
  const [first] = languages;
  const policy = `default-src 'none'; script-src ${inlineSource(program)} ${inlineSource(script)}; style-src ${inlineSource(style)}; base-uri 'none'; form-action 'none'`;
  const each = (words: (lang: Lang) => Html | string, tag: "span" | "div" = "span") =>
    html`${languages.map((lang) => inLanguage(lang, words(lang), tag))}`;
  const say = (word: (words: Words) => string) => each((lang) => prose(word(stringsIn(lang).opener)));
  const message = (name: string, tone: string, word: (words: Words) => string) =>
    html`<template data-message="${name}"><p class="${tone}">${each((lang) => slots(word(stringsIn(lang).opener)))}</p></template>\n`;
  const { opener, language } = stringsIn(first);
  return html`<!DOCTYPE html>
<html lang="${first}" dir="${language.dir}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex,noarchive">
<title>${opener.title}</title>
<style>${trusted(style)}</style>
</head>
<body>
<main data-opener>
${languages.length > 1 && languageSwitch(languages)}
<h1>${say((words) => words.title)}</h1>
<p>${say((words) => words.intro)}</p>
<p class="mid">${say((words) => words.care)}</p>
<noscript><p class="bad">${say((words) => words.noscript)}</p></noscript>
<form autocomplete="off" novalidate hidden>
<fieldset>
<legend><h2>${say((words) => words.files)}</h2></legend>
${field("public_bag", ".tar", say, (words) => [words.public_bag, words.public_hint])}
${field("contacts_bag", ".tar", say, (words) => [words.contacts_bag, words.contacts_hint])}
${field("key", "", say, (words) => [words.key, words.key_hint])}
${field("left", "", say, (words) => [words.left, words.left_hint])}
<button type="submit" class="btn">${say((words) => words.open)}</button>
</fieldset>
</form>
<div data-answer aria-live="polite" tabindex="-1"></div>
<div data-opened hidden>
<h2>${say((words) => words.report)}</h2>
${languages.map((lang) => html`<pre data-in="${lang}" data-report lang="${lang}" dir="${stringsIn(lang).language.dir}"></pre>\n`)}
<details><summary>${say((words) => words.read_me)}</summary>
${each((lang) => trusted(renderMarkdown(readMes[lang] ?? "")), "div")}
</details>
<div data-tables></div>
<h2 dir="ltr"><code data-left-name></code></h2>
<p>${say((words) => words.save_left)}</p>
<p><a class="btn alt" data-save-left>${each((lang) => slots(stringsIn(lang).opener.save))}</a></p>
<p class="mid">${say((words) => words.close)}</p>
</div>
${Object.keys(opener.said).map((name) => message(name, "bad", (words) => words.said[name as keyof Words["said"]]))}
${Object.keys(opener.step).map((name) => message(name, "note", (words) => words.step[name as keyof Words["step"]]))}
${message("good", "good", (words) => words.good)}
${message("good_left", "mid", (words) => words.good_left)}
${message("bad", "bad", (words) => words.bad)}
${message("detail", "note", (words) => `${words.detail} {detail}`)}
<template data-message="table"><section>
<h2 dir="ltr"><code data-fill="file"></code></h2>
<p><a class="btn alt">${each((lang) => slots(stringsIn(lang).opener.save))}</a></p>
<p data-rows="all">${each((lang) => slots(stringsIn(lang).opener.rows))}</p>
<p data-rows="some">${each((lang) => slots(stringsIn(lang).opener.rows_some))}</p>
<div class="wide" tabindex="0" role="region" dir="ltr"><table><thead><tr></tr></thead><tbody></tbody></table></div>
</section></template>
</main>
<script>${trusted(program)}</script>
<script>${trusted(script)}</script>
</body>
</html>
`.toString();
}

function inLanguage(lang: Lang, words: Html | string, tag: "span" | "div"): Html {
  const { dir } = stringsIn(lang).language;
  return tag === "div"
    ? html`<div data-in="${lang}" lang="${lang}" dir="${dir}">${words}</div>\n`
    : html`<span data-in="${lang}" lang="${lang}">${words}</span>`;
}

function languageSwitch(languages: readonly Lang[]): Html {
  return html`<p class="langs">${languages.map((lang) => {
    const { own_name, dir } = stringsIn(lang).language;
    return html`<button type="button" class="btn alt" lang="${lang}" data-to="${lang}" data-dir="${dir}" data-title="${stringsIn(lang).opener.title}">${own_name}</button> `;
  })}</p>`;
}

function field(
  name: string,
  accept: string,
  say: (word: (words: Words) => string) => Html,
  words: (words: Words) => [label: string, hint: string],
): Html {
  return html`<p class="f"><label for="${name}">${say((all) => words(all)[0])}</label>
<span class="hint" id="${name}-hint">${say((all) => words(all)[1])}</span>
<input id="${name}" type="file" aria-describedby="${name}-hint"${accept && html` accept="${accept}"`}${name === "left" && html` multiple`}></p>`;
}

/** Leaves a place for each `{name}` of a sentence, which the script fills in. */
function slots(template: string): Html {
  const names = [...template.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
  const isCode = (name: string) => ["file", "detail"].includes(name);
  return fill(
    template,
    Object.fromEntries(
      names.map((name) => [
        name,
        isCode(name)
          ? html`<bdi dir="ltr"><code data-fill="${name}"></code></bdi>`
          : html`<span data-fill="${name}"></span>`,
      ]),
    ),
  );
}
