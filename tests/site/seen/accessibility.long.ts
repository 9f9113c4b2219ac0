import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startBrowser, visit } from "../../support/browsers/browser.ts";
import { type Gallery, startGallery } from "../../support/servers/gallery-server.ts";
import { pages } from "../gallery.ts";
import { findingsOn } from "./accessibility.ts";

let browser: Browser;
let gallery: Gallery;
beforeAll(async () => {
  [browser, gallery] = await Promise.all([startBrowser(), startGallery()]);
});
afterAll(() => Promise.all([browser?.close(), gallery?.close()]));

// Rules of colour need both schemes, rules of layout both widths.
const looks = [
  { language: "fa", colorScheme: "light", width: 390 },
  { language: "fa", colorScheme: "dark", width: 1280 },
  { language: "en", colorScheme: "light", width: 1280 },
  { language: "en", colorScheme: "dark", width: 390 },
] as const;

describe.each(looks)("axe, in $language, $colorScheme colours, $width px", ({ language, colorScheme, width }) => {
  it("finds nothing on any page or state", async () => {
    const viewport = { width, height: 844 };
    const { page, close } = await visit(browser, gallery.origin, { language, colorScheme, viewport });
    const findings: Record<string, string[]> = {};
    for (const name of Object.keys(pages)) {
      await page.goto(gallery.addressOf(name, language));
      const found = await findingsOn(page);
      if (found.length > 0) findings[name] = found;
    }
    expect(findings).toEqual({});
    await close();
  });
});

it("finds what is wrong", async () => {
  const { page, close } = await visit(browser, gallery.origin);
  await page.goto(gallery.addressOf("sign", "en"));
  await page.evaluate(`document.documentElement.lang = "";
    document.querySelector("label[for=email]").remove();
    document.querySelector(".hint").style.color = "#aaa";`);
  const rules = (await findingsOn(page)).map((finding) => finding.split(":")[0]);
  expect(rules).toEqual(expect.arrayContaining(["color-contrast", "html-has-lang", "label"]));
  await close();
});
