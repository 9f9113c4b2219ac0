import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { LedgerDay } from "../letter/ledger/day.ts";
import { pngOf, widthOf } from "../outside/picture.ts";
import { posterOf, stripsOf } from "./printed/posters.ts";
import { openPrinter } from "./printed/printed-file.ts";
import { readingLetterOf } from "./printed/reading-letter.ts";
import { securityTxt } from "./security-txt.ts";
import { languagesOf, type SiteContext } from "./views/context.ts";
import { cardSvg } from "./views/drawn/card.ts";
import { pictureSvg, SHAPES } from "./views/drawn/picture.ts";
import { robotsTxt } from "./views/robots.ts";

/**
 * Writes the files that are not pages: the preview card of a shared link, the files that people pass on (letter, posters,
 * pictures), and what other people's programs look for before they read the site or report a problem: `robots.txt` and `security.txt`.
 *
 * @param drawn the site as pictures and printed files name it
 */
export async function writeSharedFiles(
  output: string,
  { site, drawn }: { site: SiteContext; drawn: SiteContext },
  days: readonly LedgerDay[],
): Promise<void> {
  await write(join(output, "robots.txt"), robotsTxt(site));
  const told = securityTxt(site, days);
  if (told !== undefined) await write(join(output, ".well-known", "security.txt"), told);
  const print = openPrinter();
  for (const lang of languagesOf(site)) {
    await write(join(output, lang, "card.png"), pngOf(cardSvg(drawn, lang, widthOf)));
    for (const shape of SHAPES)
      await write(join(output, lang, `${shape}.png`), pngOf(pictureSvg(drawn, lang, shape, widthOf)));
    const letter = await readFile(`content/${lang}/letter.md`, "utf8");
    await write(join(output, lang, "letter.pdf"), await print(readingLetterOf(drawn, lang, letter)));
    await write(join(output, lang, "poster.pdf"), await print(posterOf(drawn, [lang])));
    await write(join(output, lang, "strips.pdf"), await print(stripsOf(drawn, lang)));
  }
  if (languagesOf(site).length > 1) await write(join(output, "poster.pdf"), await print(posterOf(drawn)));
}

async function write(file: string, bytes: Uint8Array | string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, bytes);
}
