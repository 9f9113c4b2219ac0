import { setTimeout as wait } from "node:timers/promises";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startBrowser, visit } from "../../support/browsers/browser.ts";
import { type Gallery, startGallery } from "../../support/servers/gallery-server.ts";
import { pages } from "../gallery.ts";
import { layoutShift, whatDoesNotFit, whatIsTooSmall } from "./layout.ts";

let browser: Browser;
let largeText: Browser;
let gallery: Gallery;
beforeAll(async () => {
  browser = await startBrowser();
  largeText = await startBrowser({ textSize: 2 });
  gallery = await startGallery();
});
afterAll(() => Promise.all([browser?.close(), largeText?.close(), gallery?.close()]));

describe.each(["fa", "en"] as const)("every page and state in %s", (language) => {
  it.each([
    ["the smallest screens", 320, 1],
    ["text of twice the size on a phone", 390, 2],
    ["text of twice the size on a wide screen", 1280, 2],
  ])("fits %s", async (_, width, textSize) => {
    const { page, close } = await visit(textSize === 1 ? browser : largeText, gallery.origin, {
      language,
      viewport: { width, height: 700 },
    });
    const wide: Record<string, string[]> = {};
    for (const name of Object.keys(pages)) {
      await page.goto(gallery.addressOf(name, language));
      const found = await whatDoesNotFit(page);
      if (found.length > 0) wide[name] = found;
    }
    expect(wide).toEqual({});
    await close();
  });

  it("has no text below 12 pixels on the smallest screens", async () => {
    const { page, close } = await visit(browser, gallery.origin, { language, viewport: { width: 320, height: 700 } });
    const small: Record<string, string[]> = {};
    for (const name of Object.keys(pages)) {
      await page.goto(gallery.addressOf(name, language));
      const found = await whatIsTooSmall(page, 12);
      if (found.length > 0) small[name] = found;
    }
    expect(small).toEqual({});
    await page.goto(gallery.addressOf("how", language));
    expect((await whatIsTooSmall(page, 14)).length).toBeGreaterThan(0);
    await close();
  });

  it("stands still while its fonts come late", async () => {
    const { page, context, close } = await visit(browser, gallery.origin, {
      language,
      viewport: { width: 390, height: 844 },
    });
    let late = 0;
    await context.route(/\.woff2$/, async (route) => {
      await wait(late);
      await route.continue().catch(() => {}); // The page may be gone by then.
    });
    const moved: Record<string, number> = {};
    for (const [index, name] of Object.keys(pages).entries()) {
      late = [0, 150, 600][index % 3]!;
      await page.goto(gallery.addressOf(name, language), { waitUntil: "load" });
      await page.evaluate("document.fonts.ready.then(() => {})");
      const shift = await layoutShift(page);
      if (shift > 0) moved[name] = shift;
    }
    expect(moved).toEqual({});
    await close();
  });
});

it("sees what does not fit and what moves", async () => {
  const { page, close } = await visit(browser, gallery.origin, { viewport: { width: 320, height: 700 } });
  await page.goto(gallery.addressOf("sign", "en"));
  await page.evaluate(`document.querySelector("h1").style.whiteSpace = "nowrap";
    document.querySelector("h1").textContent = "wide ".repeat(30);
    document.querySelector("form").style.overflow = "hidden";
    document.querySelector("legend").style.inlineSize = "500px";`);
  expect(await whatDoesNotFit(page)).toHaveLength(2);
  // Only what has been painted can move, and when that is depends on the machine: it is moved until it is seen.
  const move = `document.querySelector("main").style.marginBlockStart = Math.round(performance.now()) % 400 + "px"`;
  const moved = () => page.evaluate(move).then(() => layoutShift(page));
  await expect.poll(moved, { timeout: 20_000 }).toBeGreaterThan(0);
  await close();
});
