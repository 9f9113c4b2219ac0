import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startBrowser, visit } from "../../support/browsers/browser.ts";
import { type Gallery, startGallery } from "../../support/servers/gallery-server.ts";
import { root } from "../../support/source.ts";
import { crowd } from "../crowd.ts";
import { make, site } from "../gallery.ts";
import { findingsOn } from "./accessibility.ts";
import { layoutShift, whatDoesNotFit } from "./layout.ts";

const assets = join(root, "content/assets");
/** As the weakest of the usual servers sends it; brotli takes less. */
const sent = (content: string | Buffer) => gzipSync(content).length;
const style = sent(readFileSync(join(assets, "site.css")));
const many = crowd(site);

describe("on a slow line", () => {
  // Ten segments of TCP, the first flight of a server (RFC 6928), hold some 14,600 bytes.
  it.each(["fa", "en"] as const)("the letter in %s can be read after the first flight", (lang) => {
    expect(sent(make("letter", lang, many)) + style).toBeLessThanOrEqual(14_000);
  });

  it.each(["fa", "en"] as const)("a page of the list in %s is as light", (lang) => {
    for (const name of ["signatures", "shard"])
      expect(sent(make(name, lang, many)) + style).toBeLessThanOrEqual(14_000);
  });

  it.each(["fa", "en"] as const)(
    "no font is asked for before the style in %s, without which nothing is shown",
    (lang) => {
      for (const name of ["letter", "sign", "confirmed"]) {
        const loads = [...make(name, lang, many).matchAll(/<link rel="(preload|stylesheet)"/g)].map(([, rel]) => rel);
        expect(loads.length, name).toBeGreaterThan(2);
        expect([name, loads.indexOf("stylesheet"), loads.lastIndexOf("stylesheet")]).toEqual([name, 0, 0]);
      }
    },
  );

  it("all scripts together are small, even with the verifier, which one page alone loads", () => {
    // The page in the public bag that opens contacts carries its script inside.
    const scripts = readdirSync(assets, { recursive: true, encoding: "utf8" }).filter(
      (file) => file.endsWith(".js") && file !== "opener.js",
    );
    const total = (files: readonly string[], size: (file: Buffer) => number) =>
      files.reduce((sum, file) => sum + size(readFileSync(join(assets, file))), 0);
    expect(scripts).toContain("verify.js");
    expect(total(scripts, sent)).toBeLessThan(15_000);
    // The proof of work is loaded by nobody but those for whom there was no room.
    const helping = scripts.filter((file) => !["verify.js", "proof.js"].includes(file));
    expect(total(helping, ({ length }) => length)).toBeLessThan(14_500);
    expect(total(["proof.js"], ({ length }) => length)).toBeLessThan(5_000);
  });
});

describe("in a browser", () => {
  let browser: Browser;
  let gallery: Gallery;
  beforeAll(async () => {
    [browser, gallery] = await Promise.all([startBrowser(), startGallery()]);
  });
  afterAll(() => Promise.all([browser?.close(), gallery?.close()]));

  it.each([
    ["fa", /vazirmatn/],
    ["en", /source-serif/],
  ] as const)("the letter in %s comes with the fonts of its own script in 60 kB", async (language, own) => {
    const { page, context, close } = await visit(browser, gallery.origin, { language });
    const bodies: Promise<[path: string, bytes: number]>[] = [];
    context.on("response", (response) => {
      const bytes = response.body().then((body) => (response.url().endsWith(".woff2") ? body.length : sent(body)));
      bodies.push(bytes.then((length) => [new URL(response.url()).pathname, length]));
    });
    await page.goto(gallery.addressOf("letter", language), { waitUntil: "networkidle" });
    const loaded = await Promise.all(bodies);
    const fonts = loaded.map(([path]) => path).filter((path) => path.endsWith(".woff2"));
    expect(fonts).toHaveLength(2);
    for (const font of fonts) expect(font).toMatch(own);
    expect(
      loaded.reduce((sum, [, bytes]) => sum + bytes, 0),
      JSON.stringify(loaded),
    ).toBeLessThanOrEqual(60_000);
    await close();
  });

  // The long tests look at every page and state in the same way, and under more conditions.
  it.each(["letter", "sign with errors", "confirmed", "signatures"])(
    "the page %s fits a small screen, stands still and keeps axe silent",
    async (name) => {
      const viewport = { width: 320, height: 700 };
      const { page, foreignRequests, pageErrors, close } = await visit(browser, gallery.origin, { viewport });
      await page.goto(gallery.addressOf(name, "fa"));
      expect(await layoutShift(page)).toBe(0);
      expect(await whatDoesNotFit(page)).toEqual([]);
      expect(await findingsOn(page)).toEqual([]);
      expect([...foreignRequests, ...pageErrors]).toEqual([]);
      await close();
    },
  );
});
