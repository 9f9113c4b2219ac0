import { runCommand, usageError } from "../../../scripts/cli/command.ts";
import { startBrowser, visit } from "../../support/browsers/browser.ts";
import { startGallery } from "../../support/servers/gallery-server.ts";

const HELP = `
usage: npm run reach

Prints what each page with something to do asks of somebody on a phone of 360 × 640 pixels, in Persian and English: words,
the places of its first control, its button and its end in pixels from the top, the steps of its form, and kB.`;

const PAGES = ["letter", "sign", "sign with errors", "confirm", "confirm with a wrong code", "confirmed"];
const OTHERS = ["signatures", "verify", "withdraw", "withdraw, code", "not me", "closed", "privacy", "safety"];

/** Of one page: words of its main part, places in pixels from the top, steps of its form or its way on, and kB with all it loads. */
const MEASURE = `(() => {
  const main = document.querySelector("main");
  const form = [...main.querySelectorAll("form")].find((one) => one.querySelector("input:not([type=hidden])")?.checkVisibility());
  const seen = (selector) => [...(form ?? main).querySelectorAll(selector)].filter((one) => one.checkVisibility());
  const [control] = seen(form ? "input:not([type=hidden])" : ".btn");
  const button = form ? seen("button")[0] : control;
  const asked = seen("input[aria-required]").length + (button ? 1 : 0);
  const place = (one, edge) => (one ? Math.round(one.getBoundingClientRect()[edge] + scrollY) : "");
  const loaded = performance.getEntriesByType("resource").concat(performance.getEntriesByType("navigation"));
  return [
    main.innerText.split(/\\s+/).filter((word) => /[\\p{L}\\p{N}]/u.test(word)).length,
    place(control, "top"), place(button, "bottom"), document.documentElement.scrollHeight, asked,
    Math.round(loaded.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0) / 1000),
  ];
})()`;

await runCommand(HELP, {}, async ({ positionals }) => {
  if (positionals.length > 0) throw usageError("it takes no names", HELP);
  const [browser, gallery] = await Promise.all([startBrowser(), startGallery()]);
  console.log("| page | words | first control | button | end | steps | kB |\n|---|---|---|---|---|---|---|");
  for (const language of ["fa", "en"] as const) {
    for (const name of [...PAGES, ...OTHERS]) {
      const { page, close } = await visit(browser, gallery.origin, { language, viewport: { width: 360, height: 640 } });
      await page.goto(gallery.addressOf(name, language));
      const cells = await page.evaluate<(number | string)[]>(MEASURE);
      console.log(`| ${name}, ${language} | ${cells.join(" | ")} |`);
      await close();
    }
  }
  await browser.close();
  await gallery.close();
});
