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
 * Writes the files that are not pages: the preview card of a shared link, the poster, and what other people's programs
 * look for before they read the site or report a problem: `robots.txt` and `security.txt`.
 *
 * @param drawn the site as card and poster name it
 */
export async function writeSharedFiles(
  output: string,
  { site, drawn }: { site: SiteContext; drawn: SiteContext },
  days: readonly LedgerDay[],
): Promise<void> {
  await write(join(output, "robots.txt"), robotsTxt(site));
  const told = securityTxt(site, days);
  if (told !== undefined) await write(join(output, ".well-known", "security.txt"), told);
  for (const lang of languagesOf(site)) {
    await write(join(output, lang, "card.png"), pngOf(cardSvg(drawn, lang, widthOf)));
    await write(join(output, lang, "poster.pdf"), await posterPdf(drawn, lang));
  }
}

async function write(file: string, bytes: Uint8Array | string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, bytes);
}
