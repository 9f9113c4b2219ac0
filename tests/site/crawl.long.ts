import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkTraces } from "../journeys/walk.ts";
import { startBrowser, visit } from "../support/browsers/browser.ts";
import { type Gallery, startGallery } from "../support/servers/gallery-server.ts";
import { makeDataDir, removeDataDir, runCommand, type Service, startService } from "../support/servers/service.ts";
import { pages } from "./gallery.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser?.close());

describe("a site with signatures, link by link", () => {
  const dataDir = makeDataDir();
  let service: Service;
  beforeAll(async () => {
    const seeded = await runCommand("seed", ["300"], { DATA_DIR: dataDir });
    expect(seeded.code, seeded.stderr).toBe(0);
    service = await startService({ dataDir });
  });
  afterAll(async () => {
    await service?.stop();
    removeDataDir(dataDir);
  });

  it("has no dead end, asks nothing of another host and leaves nothing behind", async () => {
    const visiting = await visit(browser, service.origin);
    const seen = new Set(["/fa/", "/en/", "/embed/fa/", "/embed/en/", "/nowhere/"]);
    const broken: string[] = [];
    for (const path of seen) {
      const answer = (await visiting.page.goto(service.origin + path))!;
      if (answer.status() >= 400 && path !== "/nowhere/") broken.push(`${answer.status()} ${path}`);
      for (const link of await pageLinks(visiting.page, service.origin)) seen.add(link);
    }
    expect(broken).toEqual([]);
    expect([...seen].filter((path) => path.endsWith("/")).length).toBeGreaterThanOrEqual(24);
    visiting.pageErrors.splice(0, 1); // The address that is not there.
    await checkTraces(visiting);
    await visiting.close();
  });

  it("serves every file that a page names", async () => {
    const { page, close } = await visit(browser, service.origin);
    await page.goto(`${service.origin}/fa/`);
    const files = [
      "/fa/card.png",
      "/fa/poster.pdf",
      "/fa/letter.pdf",
      "/en/strips.pdf",
      "/poster.pdf",
      "/en/square.png",
    ].concat(["/fa/upright.png", "/fa/feed.xml", "/embed/fa.svg", "/count.json", "/keys.json"]);
    for (const file of files) {
      const answer = await page.request.get(service.origin + file);
      expect([answer.status(), (await answer.body()).length > 0]).toEqual([200, true]);
    }
    await close();
  });
});

describe("every state of a page", () => {
  let gallery: Gallery;
  beforeAll(async () => {
    gallery = await startGallery();
  });
  afterAll(() => gallery?.close());

  it.each(["fa", "en"] as const)("asks nothing of another host and leaves nothing behind, in %s", async (language) => {
    const visiting = await visit(browser, gallery.origin, { language });
    for (const name of Object.keys(pages)) {
      await visiting.page.goto(gallery.addressOf(name, language));
      await checkTraces(visiting);
    }
    await visiting.close();
  });

  it.each([
    ["by its button", (page: Page) => page.locator("a.exit").click()],
    [
      "by its link for keyboards",
      (page: Page) =>
        page.keyboard
          .press("Tab")
          .then(() => page.keyboard.press("Tab"))
          .then(() => page.keyboard.press("Enter")),
    ],
    [
      "by the two Shift keys in turn",
      async (page: Page) => {
        for (const key of ["ShiftLeft", "ShiftRight", "ShiftLeft"]) await page.keyboard.press(key);
      },
    ],
  ])("is gone for good when it is left quickly %s", async (_, leave) => {
    const { page, foreignRequests, close } = await visit(browser, gallery.origin);
    await page.goto(`${gallery.origin}/assets/icon.svg`); // What was open before.
    await page.goto(gallery.addressOf("confirmed", "en"));
    await leave(page).catch(() => {});
    await expect.poll(() => page.url()).toBe("about:blank");
    expect(foreignRequests).toEqual([]);
    await page.goBack().catch(() => {});
    const shown = () => page.content().catch(() => "still on its way");
    await expect.poll(shown).not.toContain("still on its way");
    expect(await shown()).not.toContain("7KQM4TXR9HPD2B3C4D5E6F7G8H");
    expect(page.url()).not.toContain("confirmed");
    await close();
  });
});

/** The pages of this site that a page leads to. */
async function pageLinks(page: Page, origin: string): Promise<string[]> {
  const links = (await page.evaluate(`[...document.querySelectorAll("a[href]")].map((a) => a.href)`)) as string[];
  return links
    .filter((link) => new URL(link).origin === origin)
    .map((link) => new URL(link).pathname)
    .filter((path) => path.endsWith("/"));
}
