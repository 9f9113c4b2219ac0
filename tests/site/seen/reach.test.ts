import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startBrowser, type Visit, visit } from "../../support/browsers/browser.ts";
import { type Gallery, startGallery } from "../../support/servers/gallery-server.ts";
import { reachOf } from "./reach.ts";

// A small phone. The measures are those of a page without scripts, which is the page of Tor Browser's safest level.
const viewport = { width: 360, height: 640 };

let browser: Browser;
let gallery: Gallery;
beforeAll(async () => {
  [browser, gallery] = await Promise.all([startBrowser(), startGallery()]);
});
afterAll(() => Promise.all([browser?.close(), gallery?.close()]));

describe.each(["fa", "en"] as const)("on a small phone, in %s", (language) => {
  let visiting: Visit;
  let page: Page;
  beforeAll(async () => {
    visiting = await visit(browser, gallery.origin, { language, viewport, javaScript: false });
    page = visiting.page;
  });
  afterAll(() => visiting?.close());
  const open = (name: string) => page.goto(gallery.addressOf(name, language));
  const top = async (selector: string) => (await page.locator(selector).first().boundingBox())!.y;

  it("the first screen says what the letter is, and offers to sign without reading it", async () => {
    await open("letter");
    const title = (await page.locator("h1").boundingBox())!;
    // To whom, and the first line of what for, in whichever font the machine has until ours have come.
    expect(title.y + 80).toBeLessThanOrEqual(await top(".reach"));
    expect(await top('.slip a[href$="/sign/"]')).toBeLessThan(title.y);
  });

  it.each(["letter", "signatures", "shard"])(
    "a button to sign is within reach all the way down the page %s",
    async (name) => {
      await open(name);
      const button = page.locator(".reach a");
      for (const share of [0, 0.5, 0.9]) {
        await page.evaluate(`scrollTo({ top: ${share} * document.documentElement.scrollHeight, behavior: "instant" })`);
        const { y, height } = (await button.boundingBox())!;
        expect([share, y > viewport.height / 2 || share === 0.9, y + height <= viewport.height]).toEqual([
          share,
          true,
          true,
        ]);
      }
    },
  );

  it("the form asks in few words, and its button is not far", async () => {
    await open("sign");
    const { words, control, button } = await reachOf(page);
    expect(words).toBeLessThanOrEqual(330);
    expect(control).toBeLessThanOrEqual(1110);
    expect(button).toBeLessThanOrEqual(2560);
    // The form of a campaign that says who is responsible has a sentence more, and takes no more words.
    await open("sign, who is responsible");
    const named = await reachOf(page);
    expect(named.words).toBeLessThanOrEqual(330);
    expect(named.button).toBeLessThanOrEqual(2560);
  });

  it("the form shows the fields that the choice needs, and no others", async () => {
    await open("sign");
    const fields = ["name", "place", "email", "consent_handover", "consent_public"];
    const shown: Record<string, string[]> = {};
    for (const way of ["hidden", "counted", "initials", "name"]) {
      await page.locator(`[name="shown"][value="${way}"]`).check();
      const seen = await Promise.all(fields.map((id) => page.locator(`#${id}`).isVisible()));
      shown[way] = fields.filter((_, index) => seen[index]);
    }
    expect(shown).toEqual({
      hidden: ["name", "place", "email", "consent_handover"],
      counted: ["email", "consent_handover"],
      initials: fields,
      name: fields,
    });
  });

  it("the code can be typed without scrolling, and what the message looks like is folded", async () => {
    await open("confirm");
    const { words, button } = await reachOf(page);
    expect(button).toBeLessThanOrEqual(viewport.height);
    expect(words).toBeLessThanOrEqual(200);
    expect(await page.locator(".mail").isVisible()).toBe(false);
    await page.locator("summary").click();
    expect(await page.locator(".mail").isVisible()).toBe(true);
    await open("confirm with a wrong code");
    expect(await page.locator(".mail").count()).toBe(0);
  });

  it("the danger of keeping the withdrawal code is told before the code", async () => {
    await open("confirmed");
    expect(await top(".not")).toBeLessThan(await top("#withdrawal-code"));
    expect(await top("h1")).toBeLessThan(viewport.height / 2);
  });
});
