import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type App, createApp } from "../../../scripts/form-service/web/app.ts";
import { type Listener, listen } from "../../../scripts/form-service/web/listener.ts";
import { securityHeaders } from "../../../scripts/form-service/web/security-headers.ts";
import { systemClock } from "../../../scripts/outside/clock.ts";
import { openLog } from "../../../scripts/outside/log.ts";
import { siteContext } from "../../../scripts/site/views/context.ts";
import { signPage } from "../../../scripts/site/views/pages/sign-page.ts";
import { startBrowser } from "../../support/browsers/browser.ts";
import { type Harness, openHarness } from "../harness.ts";

// A browser takes "localhost" and "127.0.0.1" for two sites, and two ports for two origins.
const pages = new Map<string, { html: string; headers?: Readonly<Record<string, string>> }>();
const servers: Server[] = [];
let harness: Harness;
let service: Listener;
let browser: Browser;
let site = "";
let stranger = "";
let form = "";
let heard: { path: string; origin: string | null; referer: string | null }[] = [];

beforeAll(async () => {
  let app: App | undefined;
  const fetch: App["fetch"] = (request, peer) => {
    const { pathname } = new URL(request.url);
    heard.push({ path: pathname, origin: request.headers.get("origin"), referer: request.headers.get("referer") });
    return app!.fetch(request, peer);
  };
  const log = openLog(systemClock, { write: () => {} });
  service = await listen(fetch, { port: 0, from: "this machine" }, log);
  const serviceUrl = `http://127.0.0.1:${service.port}`;
  form = `${serviceUrl}/en/sign/`;
  [site, stranger] = [await serve(), await serve()];
  harness = await openHarness({ settings: { SITE_URL: site, SERVICE_URL: serviceUrl } });
  app = createApp(harness.service);
  const { settings, content } = harness;
  const context = siteContext({ content, settings, keys: harness.service.site().keys, at: "site" });
  // A host of static files may send what the service sends: what the page itself says comes later, and holds.
  const { "Referrer-Policy": referrerPolicy = "" } = securityHeaders(site, serviceUrl);
  pages.set("/en/sign/", { html: signPage(context, "en"), headers: { "Referrer-Policy": referrerPolicy } });
  browser = await startBrowser();
});
afterAll(async () => {
  await browser?.close();
  await service.close(0);
  for (const server of servers) server.close();
  await harness.close();
});

async function serve(): Promise<string> {
  const server = createServer((request, response) => {
    const { html = "", headers } = pages.get(new URL(request.url ?? "/", "http://localhost").pathname) ?? {};
    response.writeHead(200, { ...headers, "Content-Type": "text/html; charset=utf-8" }).end(html);
  }).listen(0);
  servers.push(server);
  await once(server, "listening");
  return `http://localhost:${(server.address() as AddressInfo).port}`;
}

/** The status of the answer to a form that is sent from the page at `address`. */
async function sentFrom(address: string): Promise<number> {
  heard = [];
  const page = await browser.newPage();
  try {
    const answer = page.waitForResponse(
      (response) => response.url() === form && response.request().method() === "POST",
    );
    await page.goto(address);
    for (const frame of page.frames()) await frame.evaluate("document.querySelector('form')?.submit()").catch(() => {});
    return (await answer).status();
  } finally {
    await page.close();
  }
}

describe("with two origins a form", () => {
  it("of the site is taken, and tells the service where the site is and no more", async () => {
    expect(await sentFrom(`${site}/en/sign/?s=secret#secret`)).toBe(422);
    const posts = heard.filter(({ path, origin }) => path === "/en/sign/" && origin !== null);
    expect(posts).toEqual([{ path: "/en/sign/", origin: site, referer: `${site}/` }]);
  });

  const plain = () => `<form method=post action="${form}"></form>`;
  const inFrame = (source: string) => `<iframe sandbox="allow-forms allow-scripts" ${source}></iframe>`;
  it.each([
    ["of another site", () => plain()],
    ["of another site that tells nothing", () => `<meta name=referrer content=no-referrer>${plain()}`],
    ["in a sandbox", () => inFrame(`srcdoc='${plain()}'`)],
    ["in a frame without an origin", () => `<iframe src="data:text/html,${encodeURIComponent(plain())}"></iframe>`],
    ["in our own page, held in a sandbox", () => inFrame(`src="${site}/framed"`)],
  ])("%s is refused", async (_what, html) => {
    pages.set("/framed", { html: plain() });
    pages.set("/", { html: html() });
    expect(await sentFrom(`${stranger}/`)).toBe(403);
  });

  it("at an address that is all data is refused", async () => {
    expect(await sentFrom(`data:text/html,${encodeURIComponent(plain())}`)).toBe(403);
  });
});
