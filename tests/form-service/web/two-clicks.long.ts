import { once } from "node:events";
import { cpSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApp } from "../../../scripts/form-service/web/app.ts";
import { type Listener, listen } from "../../../scripts/form-service/web/listener.ts";
import { signPage } from "../../../scripts/site/views/pages/sign-page.ts";
import { startBrowser, visit } from "../../support/browsers/browser.ts";
import { minutes } from "../../support/fixtures.ts";
import { root } from "../../support/source.ts";
import { type Harness, openHarness } from "../harness.ts";

/** A line on which everything takes its time, and arrives even when the other end has hung up. */
async function slowLine(port: number) {
  let delay = 0;
  const server = createServer((near) => {
    const far = connect(port, "localhost");
    pipe(near, far);
    pipe(far, near);
  });
  function pipe(from: Socket, to: Socket) {
    from.on("data", (bytes: Buffer) => setTimeout(() => to.writable && to.write(bytes), delay));
    from.on("end", () => setTimeout(() => to.end(), delay));
    from.on("error", () => setTimeout(() => to.destroy(), delay));
  }
  await once(server.listen(0), "listening");
  return {
    port: (server.address() as AddressInfo).port,
    slow(by: number) {
      delay = by;
    },
    close: () => server.close(),
  };
}

describe("two clicks 0.6 s apart on a line with 1.2 s of delay", () => {
  let harness: Harness;
  let server: Listener;
  let browser: Browser;
  let line: Awaited<ReturnType<typeof slowLine>>;
  let origin = "";
  beforeAll(async () => {
    [harness, browser] = await Promise.all([openHarness({ settings: { LIMITS: "on" } }), startBrowser()]);
    harness.writeSite("en/sign/index.html", signPage(harness.service.site(), "en"));
    cpSync(join(root, "content/assets"), join(harness.siteFolder, "assets"), { recursive: true });
    const { fetch } = createApp(harness.service);
    server = await listen(fetch, { port: 0, from: "this machine" }, harness.service.log);
    line = await slowLine(server.port);
    origin = `http://localhost:${line.port}`;
  });
  afterAll(async () => {
    await browser?.close();
    line?.close();
    await server?.close(1000);
    await harness?.close();
  });

  const withoutGuard = (page: Page) =>
    // An older page.js, or one that did not arrive.
    page.addInitScript(`addEventListener("submit", (event) => event.stopImmediatePropagation())`);

  it.each([
    ["with scripts", true, undefined],
    ["with scripts, of which the guard of the buttons is missing", true, withoutGuard],
    ["without scripts", false, undefined],
  ] as const)(
    "%s are one submission, one mail and a true page",
    async (name, javaScript, prepare) => {
      harness.clock.advance(minutes(5));
      const rows = async () => (await harness.store.query.selectFrom("submission").selectAll().execute()).length;
      const [before, mails] = [await rows(), harness.mailServer.mails.length];
      const { page, close } = await visit(browser, origin, { javaScript });
      await prepare?.(page);
      let posts = 0;
      page.on("request", (request) => {
        if (request.method() === "POST") posts++;
      });
      const email = `${name.replaceAll(/\W+/g, "-")}@example.org`;
      await page.goto(`${origin}/en/sign/`);
      await page.locator("#email").fill(email);
      await page.locator("#name").fill("Niamh O’Neil");
      await page.locator("#consent_handover").check();
      const button = page.locator('form button[type="submit"]').last();
      await button.scrollIntoViewIfNeeded();
      const { x, y } = (await button.boundingBox())!;
      line.slow(1200);
      await page.mouse.click(x + 10, y + 10);
      await new Promise((resolve) => setTimeout(resolve, 600));
      await page.mouse.click(x + 10, y + 10);
      // The first way there is broken off by the second click.
      await page.locator("#code").waitFor({ timeout: 60_000 });
      line.slow(0);
      expect(posts).toBe(javaScript && !prepare ? 1 : 2);
      const { text } = await harness.mailServer.waitForMail(email);
      await harness.mailed();
      expect([(await rows()) - before, harness.mailServer.mails.length - mails]).toEqual([1, 1]);
      // The page that came at last is the one that the code opens.
      await page.locator("#code").fill(/^[0-9A-HJKMNP-TV-Z]{8}$/m.exec(text)![0]);
      await page.locator('main form button[type="submit"]').first().click();
      await page.locator("#withdrawal-code").waitFor();
      await close();
    },
    60_000,
  );
});
