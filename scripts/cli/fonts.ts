import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
// @ts-expect-error: the package has no types
import subsetFont from "subset-font";
import { ARABIC, LATIN, PERSIAN, PERSIAN_HEADINGS, ranges } from "../site/font-ranges.ts";
import { runCommand, usageError } from "./command.ts";

const HELP = `
usage: npm run fonts

Makes the fonts in content/assets/fonts/ from npm packages. Run it when the packages or the ranges change. A page loads
the first file of a face for its own words; the second only when a name needs it.`;

const FOLDER = "content/assets/fonts";
const VAZIRMATN = "node_modules/vazirmatn";
const SOURCE_SERIF = "node_modules/@fontsource/source-serif-4";

await runCommand(HELP, {}, async ({ positionals }) => {
  if (positionals.length > 0) throw usageError("it takes no names", HELP);
  await mkdir(FOLDER, { recursive: true });
  for (const [weight, style] of [
    [400, "Regular"],
    [700, "Bold"],
  ] as const) {
    const font = await readFile(join(VAZIRMATN, `fonts/ttf/Vazirmatn-${style}.ttf`));
    await write(`vazirmatn-${weight}.woff2`, await subset(font, weight === 400 ? PERSIAN + ARABIC : PERSIAN_HEADINGS));
    // Keep in step with the `unicode-range` of this file in site.css.
    if (weight === 400)
      await write(
        `vazirmatn-${weight}-names.woff2`,
        await subset(font, ranges("a1-aa ac-b6 b8-ba bc-d6 d8-24f 1e00-1eff")),
      );
  }
  for (const weight of [400, 600]) {
    const file = (part: string) => join(SOURCE_SERIF, `files/source-serif-4-${part}-${weight}-normal.woff2`);
    await write(`source-serif-${weight}.woff2`, await subset(await readFile(file("latin")), LATIN));
    if (weight === 400) await copyFile(file("latin-ext"), join(FOLDER, `source-serif-${weight}-names.woff2`));
  }
  await copyFile(join(VAZIRMATN, "OFL.txt"), join(FOLDER, "LICENSE-Vazirmatn.txt"));
  await copyFile(join(SOURCE_SERIF, "LICENSE"), join(FOLDER, "LICENSE-SourceSerif4.txt"));
});

async function subset(font: Buffer, text: string): Promise<Buffer> {
  return (await subsetFont(font, text, { targetFormat: "woff2" })) as Buffer;
}

async function write(name: string, bytes: Buffer): Promise<void> {
  await writeFile(join(FOLDER, name), bytes);
  console.log(`${name}: ${bytes.length} bytes`);
}
