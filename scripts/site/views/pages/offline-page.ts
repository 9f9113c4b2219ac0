import { inlineSource } from "../content-policy.ts";
import { type Html, html, prose, trusted } from "../html.ts";
import { robotsAt } from "../robots.ts";
import { type Lang, stringsIn } from "../strings.ts";
import { verifyTools } from "../verify-tools.ts";

/** What the saved page embeds: the script of the verify page, Ed25519 for browsers without it, its style. */
export type OfflineParts = { readonly script: string; readonly ed25519: string; readonly style: string };

/**
 * The verify page as one file, which a reader saves, opens from disk, and gives the files of the site or the public
 * bag. It embeds everything it needs, and its policy forbids all network access.
 *
 * @param vkey the ledger's key with which it checks the files
 */
export function offlinePage(lang: Lang, vkey: string, { script, ed25519, style }: OfflineParts): string {
  const { verify, language } = stringsIn(lang);
  const { all, own, kept, messages } = verifyTools(lang);
  const policy = `default-src 'none'; script-src ${inlineSource(ed25519)} ${inlineSource(script)}; style-src ${inlineSource(style)}; base-uri 'none'; form-action 'none'`;
  return html`<!DOCTYPE html>
<html lang="${lang}" dir="${language.dir}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="${robotsAt(`/${lang}/verify/offline.html`)}">
<title>${verify.offline_title}</title>
<style>${trusted(style)}</style>
</head>
<body>
<main data-verify data-vkey="${vkey}" data-lang="${lang}">
<h1>${verify.offline_title}</h1>
<p>${prose(verify.offline_intro)}</p>
<p>${verify.key} <bdi dir="ltr"><code>${vkey}</code></bdi></p>
<noscript><p>${prose(verify.offline_noscript)}</p></noscript>
<h2>${verify.files}</h2>
<p>${prose(verify.files_text)}</p>
<label for="folder">${verify.files_folder}</label><input id="folder" type="file" webkitdirectory multiple data-files>
<label for="bag">${verify.files_bag}</label><input id="bag" type="file" accept=".tar" data-files>
${part(verify.question_number, all)}
${part(verify.question_own, own)}
${part(verify.question_kept, kept)}
${messages}
</main>
<script>${trusted(ed25519)}</script>
<script>${trusted(script)}</script>
</body>
</html>
`.toString();
}

function part(title: string, tool: Html): Html {
  return html`<h2>${title}</h2>
${tool}`;
}
