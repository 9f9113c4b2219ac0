import { randomBytes, scrypt } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Page } from "playwright-core";
import { startBrowser } from "../support/browsers/browser.ts";
import { root } from "../support/source.ts";
import type { Bench, Figure } from "./bench.ts";

/** How many times slower than this machine's a cheap phone's processor is taken to be. */
const SLOWED = 6;

/** Names of difficulties, how many attempts they stand for, and how many proofs are made. */
const WHOLE = [
  ["base", 1, 9],
  ["highest", 64, 3],
] as const;
const QUICK = [["base", 1, 1]] as const;

export const bench: Bench = {
  about: "how long a proof of work takes in a browser whose processor is slowed to a sixth, and its check here",
  async run({ quick }) {
    const script = await readFile(join(root, "content/assets/proof.js"));
    const server = createServer((request, answer) => {
      if (request.url === "/proof.js") answer.setHeader("Content-Type", "text/javascript").end(script);
      else answer.setHeader("Content-Type", "text/html").end("<!doctype html><script src=proof.js></script>");
    }).listen(0);
    const browser = await startBrowser();
    try {
      const page = await browser.newPage();
      await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/`);
      // A worker is not slowed: the page itself does the work, in the same slices as where no worker can be had.
      const devTools = await page.context().newCDPSession(page);
      await devTools.send("Emulation.setCPUThrottlingRate", { rate: SLOWED });
      const figures: Figure[] = [];
      for (const [name, difficulty, times] of quick ? QUICK : WHOLE) {
        const took: number[] = [];
        for (let i = 0; i < times; i++) took.push(await timeOf(page, difficulty));
        const [least, median, most] = [0, (times - 1) / 2, times - 1].map(
          (at) => took.sort((a, b) => a - b)[at]! / 1000,
        );
        figures.push({ name: `proof, ${name} difficulty`, value: median!, unit: "s", from: least!, to: most! });
      }
      const start = performance.now();
      for (let i = 0; i < 50; i++)
        await promisify<Buffer, string, number, object, Buffer>(scrypt)(randomBytes(24), "", 16, COST);
      figures.push({ name: "check of a proof", value: (performance.now() - start) / 50, unit: "ms" });
      return figures;
    } finally {
      await browser.close();
      server.close();
    }
  },
};

const COST = { N: 2048, r: 8, p: 1 };

function timeOf(page: Page, difficulty: number): Promise<number> {
  const challenge = `${difficulty}:0:${randomBytes(16).toString("base64url")}:`;
  return page.evaluate<number>(`(async () => {
    const start = performance.now();
    let since = start;
    await solve("${challenge}", async () => {
      if (performance.now() - since < 20) return;
      await new Promise((resolve) => setTimeout(resolve));
      since = performance.now();
    });
    return performance.now() - start;
  })()`);
}
