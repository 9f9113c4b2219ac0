import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { LedgerDay } from "../letter/ledger/day.ts";
import { pngOf, widthOf } from "../outside/picture.ts";
import { posterPdf } from "./poster.ts";
import { securityTxt } from "./security-txt.ts";
import { languagesOf, type SiteContext } from "./views/context.ts";
import { cardSvg } from "./views/drawn/card.ts";
import { robotsTxt } from "./views/robots.ts";

/**
 * Writes what is no page: the card beside a shared link and the poster, which people take along, and what programs of
 * others look for before they read, or before they tell what is wrong.
 */
export async function writeSharedFiles(output: string, site: SiteContext, days: readonly LedgerDay[]): Promise<void> {
  await write(join(output, "robots.txt"), robotsTxt(site));
  const told = securityTxt(site, days);
  if (told !== undefined) await write(join(output, ".well-known", "security.txt"), told);
  for (const lang of languagesOf(site)) {
    await write(join(output, lang, "card.png"), pngOf(cardSvg(site, lang, widthOf)));
    await write(join(output, lang, "poster.pdf"), await posterPdf(site, lang));
  }
}

async function write(file: string, bytes: Uint8Array | string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, bytes);
}
