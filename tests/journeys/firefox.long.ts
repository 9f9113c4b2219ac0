import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { whatDoesNotFit } from "../site/seen/layout.ts";
import { goOn, type Preferences, startFirefox } from "../support/browsers/firefox.ts";
import { type MailServer, startMailServer } from "../support/servers/mail-server.ts";
import { removeDataDir, type Service, startService } from "../support/servers/service.ts";
import { codeIn, stateOf } from "./signatory.ts";

type Condition = { name: string; preferences?: Preferences; width?: number };

const conditions = [
  { name: "as it comes" },
  { name: "with scripts off", preferences: { "javascript.enabled": false } },
  { name: "with pictures off", preferences: { "permissions.default.image": 2 } },
  { name: "with fonts blocked", preferences: { "gfx.downloadable_fonts.enabled": false } },
  { name: "on the smallest screen", width: 320 },
  {
    name: "with text of twice the size",
    preferences: { "font.size.variable.x-western": 32, "font.size.variable.ar": 32 },
  },
].flatMap((condition: Condition) => (["fa", "en"] as const).map((lang) => ({ ...condition, lang })));

// `.ci/run` installs Debian's Firefox where it may; Puppeteer comes with the other tools that judge pages.
describe.skipIf(startFirefox === undefined)("signing and withdrawing in Firefox, by keyboard", () => {
  let mailServer: MailServer;
  let service: Service;
  beforeAll(async () => {
    mailServer = await startMailServer();
    service = await startService({ settings: { MAIL_URL: mailServer.url, LIMITS: "off" } });
  });
  afterAll(async () => {
    await service?.stop();
    await mailServer?.stop();
    if (service) removeDataDir(service.dataDir);
  });

  it.each(conditions)("$name, in $lang", async (condition) => {
    const { preferences = {}, width = 390, lang } = condition;
    const firefox = await startFirefox!(preferences);
    try {
      const page = await firefox.newPage();
      page.setDefaultTimeout(60_000);
      await page.setViewport({ width, height: 700 });
      const email = `firefox-${conditions.indexOf(condition)}@example.org`;
      await page.goto(`${service.origin}/${lang}/`);
      expect(await whatDoesNotFit(page)).toEqual([]);
      await goOn(page, 'a[href$="/sign/"]');
      expect(await whatDoesNotFit(page)).toEqual([]);
      await page.focus('[name="shown"][value="hidden"]');
      await page.keyboard.press(" ");
      await page.type('[name="name"]', lang === "fa" ? "سارا آزادی" : "Sara Azadi");
      await page.type('[name="email"]', email);
      await page.focus('[name="consent_handover"]');
      await page.keyboard.press(" ");
      await goOn(page, 'form:has([name="email"]) button');
      expect(await whatDoesNotFit(page)).toEqual([]);
      await page.type('[name="code"]', codeIn(await mailServer.waitForMail(email)));
      await goOn(page, 'form:has([name="code"]) button');
      expect(await whatDoesNotFit(page)).toEqual([]);
      const code = await page.evaluate<string>('document.querySelector("#withdrawal-code").textContent');
      await page.goto(`${service.origin}/${lang}/withdraw/`);
      await page.type('[name="code"]', code);
      await goOn(page, 'form:has([name="code"]) button');
      expect(await whatDoesNotFit(page)).toEqual([]);
      expect(await stateOf(service.origin, code)).toBe("withdrawn");
    } finally {
      await firefox.close();
    }
  });
});
