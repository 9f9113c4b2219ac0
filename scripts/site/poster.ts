import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { renderSVG } from "uqr";
import { formatBase64url } from "../letter/bytes/base64url.ts";
import { sha256 } from "../letter/bytes/hash.ts";
import { openTypesetter, type PageData } from "../outside/typeset.ts";
import type { SiteContext } from "./views/context.ts";
import { type Lang, stringsIn } from "./views/strings.ts";

const CACHE = "node_modules/.cache/posters";

/** What the template of the poster sets: the letter's title, and its address in words and as a code for cameras. */
export function posterOf(site: SiteContext, lang: Lang): { data: PageData; code: string } {
  const address = `${site.publicUrl}${lang}/`;
  const [kicker, title] = split(site.letters[lang].title);
  const data = {
    lang,
    kicker,
    title,
    scan: stringsIn(lang).share.poster_scan,
    size: title.length > 120 ? 26 : 34,
    // As people type it.
    address: address.replace(/^https?:\/\//, ""),
  };
  return { data, code: renderSVG(address, { ecc: "M", border: 2 }) };
}

/**
 * The poster as PDF. A site is built after every batch while posters stay the same, and setting one takes a second:
 * what was set once is kept.
 */
export async function posterPdf(site: SiteContext, lang: Lang): Promise<Uint8Array> {
  const template = await readFile("content/print/poster.typ", "utf8");
  const { data, code } = posterOf(site, lang);
  const digest = formatBase64url(sha256(JSON.stringify([template, data, code])));
  const kept = join(CACHE, `${digest}.pdf`);
  const before = await readFile(kept).catch(() => undefined);
  if (before) return before;
  const { pdf } = await openTypesetter();
  const bytes = pdf(template, data, new Map([["/code.svg", code]]));
  await keep(kept, bytes);
  return bytes;
}

// Where nothing can be kept, it is set again.
async function keep(path: string, bytes: Uint8Array): Promise<void> {
  const draft = `${path}.${process.pid}`;
  await mkdir(CACHE, { recursive: true })
    .then(() => writeFile(draft, bytes))
    .then(() => rename(draft, path))
    .catch(() => {});
}

function split(title: string): [kicker: string, title: string] {
  const colon = title.indexOf(": ");
  return colon < 0 ? ["", title] : [title.slice(0, colon + 1), title.slice(colon + 2)];
}
