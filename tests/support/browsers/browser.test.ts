import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startBrowser, visit } from "./browser.ts";

const html = `<!doctype html><html lang="fa" dir="rtl"><title>نامه</title><p id="text">سلام</p>
<img src="https://tracker.example/pixel.png" alt=""><a href="/away">away</a>
<script>document.getElementById("text").textContent = "اسکریپت";</script></html>`;

let server: Server;
let browser: Browser;
let origin: string;
beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url === "/away") response.writeHead(303, { location: "https://elsewhere.example/" }).end();
    else response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(html);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  browser = await startBrowser();
});
afterAll(async () => {
  await browser?.close();
  server.closeAllConnections();
  server.close();
});

it("shows a page with and without scripts", async () => {
  for (const javaScript of [true, false]) {
    const { page, close } = await visit(browser, origin, { javaScript, language: "fa" });
    await page.goto(`${origin}/`);
    expect(await page.textContent("#text")).toBe(javaScript ? "اسکریپت" : "سلام");
    await close();
  }
});

it("refuses and names every request to another host, also after a redirect", async () => {
  const { page, foreignRequests, close } = await visit(browser, origin, { javaScript: false });
  await page.goto(`${origin}/`);
  await page.click("a").catch(() => {});
  await expect.poll(() => foreignRequests).toContain("https://elsewhere.example/");
  expect(foreignRequests).toContain("https://tracker.example/pixel.png");
  expect(page.url()).not.toContain("elsewhere.example/");
  await close();
});
