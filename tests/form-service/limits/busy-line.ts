import { cpSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { createApp } from "../../../scripts/form-service/web/app.ts";
import { listen } from "../../../scripts/form-service/web/listener.ts";
import { signPage } from "../../../scripts/site/views/pages/sign-page.ts";
import { startBrowser } from "../../support/browsers/browser.ts";
import { root } from "../../support/source.ts";
import { openHarness } from "../harness.ts";
import { fillUp } from "./no-room.ts";

/** A form service without room, the form in both languages, and a browser. */
export async function openBusyLine() {
  const [harness, browser] = await Promise.all([openHarness(), startBrowser()]);
  const room = fillUp(harness);
  for (const lang of ["fa", "en"] as const) {
    harness.writeSite(`${lang}/sign/index.html`, signPage(harness.service.site(), lang));
  }
  cpSync(join(root, "content/assets"), join(harness.siteFolder, "assets"), { recursive: true });
  const { fetch } = createApp(harness.service);
  const server = await listen(fetch, { port: 0, from: "this machine" }, harness.service.log);
  const origin = `http://localhost:${server.port}`;

  async function fillIn(page: Page, lang: string, email: string) {
    await page.goto(`${origin}/${lang}/sign/`);
    await page.locator("#email").fill(email);
    await page.locator("#name").fill("Niamh O’Neil");
    await page.locator("#consent_handover").check();
  }
  const send = (page: Page) => page.locator('form button[type="submit"]').last().click();
  return {
    ...{ room, browser, origin, fillIn, send },
    async close() {
      await browser.close();
      await server.close(1000);
      await harness.close();
    },
  };
}
