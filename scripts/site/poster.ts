import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { renderSVG } from "uqr";
import { formatBase64url } from "../letter/bytes/base64url.ts";
import { sha256 } from "../letter/bytes/hash.ts";
import { openTypesetter, type PageData } from "../outside/typeset.ts";
import type { SiteContext } from "./views/context.ts";
import { type Lang, stringsIn } from "./views/strings.ts";

const CACHE = "node_modules/.cache/posters";

/** Returns the input of the poster's template: the letter's title, its address, and the address as a QR code. */
export function posterOf(site: SiteContext, lang: Lang): { data: PageData; code: string } {
  const address = `${site.publicUrl}${lang}/`;
  const [kicker, title] = split(site.letters[lang].title);
  const data = {
    lang,
    kicker,
    title,
    scan: stringsIn(lang).share.poster_scan,
    size: title.length > 120 ? 26 : 34,
    // People type an address without its scheme.
    address: address.replace(/^https?:\/\//, ""),
  };
  return { data, code: renderSVG(address, { ecc: "M", border: 2 }) };
}

/**
 * Returns the poster as PDF. The site is built after every batch while the poster stays the same, and typesetting it
 * takes a second, so the result is cached.
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

// If the cache cannot be written, the next build typesets the poster again.
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
