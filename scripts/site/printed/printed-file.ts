import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { formatBase64url } from "../../letter/bytes/base64url.ts";
import { sha256 } from "../../letter/bytes/hash.ts";
import { openTypesetter, type PageData, type Typesetter } from "../../outside/typeset.ts";

const CACHE = "node_modules/.cache/printed";

/** A file to print: its template in `content/print/`, what it sets, and the QR code that it shows. */
export type PrintedFile = {
  readonly template: "poster" | "strips" | "reading";
  readonly data: PageData;
  /** SVG */
  readonly code: string;
};

/**
 * Returns a function that makes PDF files. The site is built after every batch while these files stay the same, and
 * typesetting one takes up to a second, so they are cached by the digest of what they are made from. The typesetter
 * starts with the first file that is not in the cache.
 */
export function openPrinter(): (file: PrintedFile) => Promise<Uint8Array> {
  let typesetter: Promise<Typesetter> | undefined;
  return async ({ template, data, code }) => {
    const [source = "", shared = ""] = await Promise.all(
      [template, "text"].map((name) => readFile(`content/print/${name}.typ`, "utf8")),
    );
    const digest = formatBase64url(sha256(JSON.stringify([source, shared, data, code])));
    const kept = join(CACHE, `${digest}.pdf`);
    const before = await readFile(kept).catch(() => undefined);
    if (before) return before;
    typesetter ??= openTypesetter();
    const files = new Map([
      ["/code.svg", code],
      ["/text.typ", shared],
    ]);
    const bytes = (await typesetter).pdf(source, data, files);
    await keep(kept, bytes);
    return bytes;
  };
}

// If the cache cannot be written, the next build typesets the file again.
async function keep(path: string, bytes: Uint8Array): Promise<void> {
  const draft = `${path}.${process.pid}`;
  await mkdir(CACHE, { recursive: true })
    .then(() => writeFile(draft, bytes))
    .then(() => rename(draft, path))
    .catch(() => {});
}
