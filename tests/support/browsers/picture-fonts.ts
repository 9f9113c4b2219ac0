import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { root } from "../source.ts";

/**
 * Writes a configuration of fonts for a browser that takes pictures, and returns its path. The pages use fonts of the
 * reader's machine too, and a picture has to be the same on every machine.
 *
 * @param chromium the program that npm brings; its fonts are beside it
 */
export function pictureFonts(chromium: string): string {
  const folders = [
    join(dirname(chromium), "fonts"),
    ...["vazirmatn/fonts/ttf", "dejavu-fonts-ttf/ttf"].map((path) => join(root, "node_modules", path)),
  ];
  const aliases = { "system-ui": "Open Sans", "sans-serif": "Open Sans", monospace: "DejaVu Sans Mono" };
  const path = join(root, "node_modules/.cache/picture-fonts.conf");
  writeFileSync(
    path,
    `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
${folders.map((folder) => `<dir>${folder}</dir>`).join("\n")}
<cachedir>${join(root, "node_modules/.cache/picture-fonts")}</cachedir>
${Object.entries(aliases)
  .map(
    ([name, font]) => `<alias binding="same"><family>${name}</family><prefer><family>${font}</family></prefer></alias>`,
  )
  .join("\n")}
</fontconfig>
`,
  );
  return path;
}
