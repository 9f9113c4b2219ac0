import type { Browser } from "playwright-core";
import type { Lang } from "../../../scripts/site/views/strings.ts";
import { type Gallery, slugOf } from "../servers/gallery-server.ts";
import { visit } from "./browser.ts";

/** One look at a page. */
export type Look = {
  readonly name: string;
  readonly lang: Lang;
  readonly width: 390 | 1280;
  readonly scheme: "light" | "dark";
};

/** The name of the picture of a look. */
export function pictureName({ name, lang, width, scheme }: Look): string {
  return `${slugOf(name)}-${lang}-${width}-${scheme}.png`;
}

/** Once the fonts are there, and the page was drawn with them. */
const SETTLED =
  "document.fonts.ready.then(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done()))))";

/** Pictures of the whole length of pages, PNG, one after the other, in the order of the looks. */
export async function* photograph(
  browser: Browser,
  gallery: Gallery,
  looks: readonly Look[],
): AsyncGenerator<{ look: Look; png: Buffer }> {
  for (const [, together] of Map.groupBy(looks, ({ lang, width, scheme }) => `${lang} ${width} ${scheme}`)) {
    const { lang, width, scheme: colorScheme } = together[0]!;
    const viewport = { width, height: width === 390 ? 844 : 800 };
    const { page, close } = await visit(browser, gallery.origin, { language: lang, viewport, colorScheme });
    // A page does without a font that comes late, as it does on a busy machine. A picture waits for it.
    await page.route(/\.css(\?|$)/, async (route) => {
      const response = await route.fetch();
      await route.fulfill({
        response,
        body: (await response.text()).replaceAll("font-display: optional", "font-display: block"),
      });
    });
    for (const look of together) {
      // On a busy machine a font comes after the page, and a picture whose height was measured before would end too early.
      await page.goto(gallery.addressOf(look.name, look.lang), { waitUntil: "networkidle" });
      await page.evaluate(SETTLED);
      yield { look, png: await page.screenshot({ fullPage: true, animations: "disabled", caret: "hide" }) };
    }
    await close();
  }
}
