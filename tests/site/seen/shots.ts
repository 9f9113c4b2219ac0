import { mkdir, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { runCommand, usageError } from "../../../scripts/cli/command.ts";
import { html } from "../../../scripts/site/views/html.ts";
import { startBrowser } from "../../support/browsers/browser.ts";
import { type Look, photograph, pictureName } from "../../support/browsers/photograph.ts";
import { startGallery } from "../../support/servers/gallery-server.ts";
import { pages } from "../gallery.ts";

const HELP = `
usage: npm run shots -- [--out DIR] [PAGE …]

Takes a picture of every page and every state of a page: Persian and English, 390 and 1280 pixels wide, light and dark.
DIR (default: _shots) then holds them, with a contact sheet to look over: contact.html has all of them, contact.png
those of a small screen in light colours. With PAGE, such as letter or "sign with errors", only those pages.`;

await runCommand(HELP, { out: { type: "string", default: "_shots" } }, async ({ values: { out }, positionals }) => {
  const unknown = positionals.find((name) => !(name in pages));
  if (unknown !== undefined) throw usageError(`no page is called "${unknown}": ${Object.keys(pages).join(", ")}`, HELP);
  const folder = resolve(out);
  const looks = everyLook(positionals.length > 0 ? positionals : Object.keys(pages));
  await mkdir(folder, { recursive: true });
  const [browser, gallery] = await Promise.all([startBrowser({ pictures: true }), startGallery()]);
  try {
    let taken = 0;
    for await (const { look, png } of photograph(browser, gallery, looks)) {
      await writeFile(join(folder, pictureName(look)), png);
      taken += 1;
      if (taken % 20 === 0 || taken === looks.length) console.log(`${taken} of ${looks.length}`);
    }
    await writeFile(join(folder, "contact.html"), contactSheet(looks));
    const small = looks.filter(({ width, scheme }) => width === 390 && scheme === "light");
    const draft = join(folder, "contact-small.html");
    await writeFile(draft, contactSheet(small));
    const page = await browser.newPage({ viewport: { width: 1600, height: 900 } });
    await page.goto(pathToFileURL(draft).href);
    await page.screenshot({ path: join(folder, "contact.png"), fullPage: true });
    await rm(draft);
  } finally {
    await Promise.all([browser.close(), gallery.close()]);
  }
  console.log(`look at ${join(out, "contact.html")} or ${join(out, "contact.png")}`);
});

function everyLook(names: readonly string[]): Look[] {
  return (["fa", "en"] as const).flatMap((lang) =>
    ([390, 1280] as const).flatMap((width) =>
      (["light", "dark"] as const).flatMap((scheme) => names.map((name) => ({ name, lang, width, scheme }))),
    ),
  );
}

/** Every picture small, under the name of its page; each leads to the picture itself. */
function contactSheet(looks: readonly Look[]): string {
  const byPage = [...Map.groupBy(looks, ({ name }) => name)];
  return html`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Contact sheet</title>
<style>body { font: 14px sans-serif; margin: 16px; background: #777 } section { display: inline-block; vertical-align: top; margin: 0 16px 16px 0 }
h2 { font-size: 14px; margin: 0 0 4px } img { block-size: 460px; inline-size: 212px; object-fit: cover; object-position: top; background: #fff }
img.w1280 { inline-size: 460px }</style></head><body>
${byPage.map(
  ([name, its]) => html`<section><h2>${name}</h2>
${its.map((look) => html`<a href="${pictureName(look)}"><img class="w${look.width}" src="${pictureName(look)}" alt="${look.lang}, ${look.width} px, ${look.scheme}" title="${look.lang}, ${look.width} px, ${look.scheme}"></a>\n`)}</section>\n`,
)}</body></html>
`.toString();
}
