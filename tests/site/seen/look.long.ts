import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Resvg } from "@resvg/resvg-js";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startBrowser } from "../../support/browsers/browser.ts";
import { type Look, photograph, pictureName } from "../../support/browsers/photograph.ts";
import { type Gallery, startGallery } from "../../support/servers/gallery-server.ts";
import { root } from "../../support/source.ts";

// How pages looked when somebody last said that they look right. After a change that is meant, look at the pages with
// `npm run shots`, then make these again: LOOKS=update npm run test:long -- tests/site/seen/look.long.ts
const kept = join(root, "tests/site/seen/looks");
const update = process.env.LOOKS === "update";
// The browser and the fonts that npm brings draw the same everywhere; another browser draws letters a little otherwise.
const comparable = process.env.CHROME_PATH === undefined && process.platform === "linux" && process.arch === "x64";

// Every kind of page at least once.
const looks: Look[] = [
  ["letter", "fa", "light"],
  ["letter", "en", "dark"],
  ["letter", "fa", "dark", 1280],
  ["letter", "en", "light", 1280],
  ["sign", "fa", "dark"],
  ["sign with errors", "fa", "light"],
  ["sign with errors", "en", "light"],
  ["confirm", "fa", "light"],
  ["confirmed", "en", "light"],
  ["not me", "en", "dark"],
  ["withdraw", "fa", "dark"],
  ["withdrawn", "fa", "light"],
  ["signatures", "fa", "light"],
  ["shard", "en", "dark"],
  ["verify", "en", "dark"],
  ["how", "fa", "light"],
  ["privacy", "fa", "dark"],
  ["support", "en", "light"],
  ["share", "en", "light"],
  ["updates", "fa", "dark"],
  ["press", "fa", "light"],
  ["not found, in every language", "en", "light"],
  ["paused", "fa", "light"],
].map(([name, lang, scheme, width = 390]) => ({ name, lang, scheme, width }) as Look);

if (update)
  describe("the pictures of pages", () => {
    it("are kept", async () => {
      rmSync(kept, { recursive: true, force: true });
      mkdirSync(kept, { recursive: true });
      for await (const { look, png } of taken()) writeFileSync(join(kept, pictureName(look)), png);
    });
  });

describe.skipIf(update || !comparable || !existsSync(kept))("pages look as they did", () => {
  // A browser may break down on a busy machine; what has changed has changed at the second try too.
  it("but for less than one point in a thousand", { retry: 1 }, async () => {
    expect(readdirSync(kept).sort()).toEqual(looks.map(pictureName).sort());
    const changed: string[] = [];
    for await (const { look, png } of taken()) {
      const share = difference(readFileSync(join(kept, pictureName(look))), png);
      if (share < 0.001) continue;
      const now = join(tmpdir(), `now-${pictureName(look)}`);
      writeFileSync(now, png);
      changed.push(`${pictureName(look)}: ${(share * 100).toFixed(1)} % differ, see ${now}`);
    }
    expect(changed).toEqual([]);
  });
});

describe("the comparison", () => {
  it("sees what has moved, and not what is drawn a shade lighter", async () => {
    const picture = (fill: string, x: number) =>
      new Resvg(
        `<svg xmlns="http://www.w3.org/2000/svg" width="100" height="100"><rect x="${x}" width="10" height="10" fill="${fill}"/></svg>`,
        { background: "#fff" },
      )
        .render()
        .asPng();
    expect(difference(picture("#224466", 0), picture("#264868", 0))).toBe(0);
    expect(difference(picture("#224466", 0), picture("#224466", 5))).toBeCloseTo(0.01);
  });
});

let browser: Browser;
let gallery: Gallery;
beforeAll(async () => {
  [browser, gallery] = await Promise.all([startBrowser({ pictures: true }), startGallery()]);
});
afterAll(() => Promise.all([browser?.close(), gallery?.close()]));

const taken = () => photograph(browser, gallery, looks);

/** The share of points in which two pictures differ so that it can be seen; all of them where the size has changed. */
function difference(one: Buffer, other: Buffer): number {
  const [before, now] = [pointsOf(one), pointsOf(other)];
  if (before.length !== now.length) return 1;
  let differing = 0;
  for (let i = 0; i < now.length; i += 4) {
    const distance = Math.max(...[0, 1, 2].map((part) => Math.abs(before[i + part]! - now[i + part]!)));
    if (distance > 32) differing += 1;
  }
  return differing / (now.length / 4);
}

/** Red, green, blue and opacity of every point. */
function pointsOf(png: Buffer): Buffer {
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  const image = `<image width="${width}" height="${height}" href="data:image/png;base64,${png.toString("base64")}"/>`;
  return new Resvg(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${image}</svg>`,
  ).render().pixels;
}
