import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pngOf, widthOf } from "../outside/picture.ts";
import { posterPdf } from "./poster.ts";
import { cardSvg } from "./views/card.ts";
import { languagesOf, type SiteContext } from "./views/context.ts";

/** Writes what people take along that is no text: the card beside a shared link, and the poster. */
export async function writeSharedFiles(output: string, site: SiteContext): Promise<void> {
  for (const lang of languagesOf(site)) {
    await write(join(output, lang, "card.png"), pngOf(cardSvg(site, lang, widthOf)));
    await write(join(output, lang, "poster.pdf"), await posterPdf(site, lang));
  }
}

async function write(file: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, bytes);
}
