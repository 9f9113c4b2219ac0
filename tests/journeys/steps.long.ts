import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Lang, STRINGS } from "../../scripts/site/views/strings.ts";
import { startBrowser, type Visit, visit } from "../support/browsers/browser.ts";
import { fixedRandomness } from "../support/fixtures.ts";
import { type MailServer, startMailServer } from "../support/servers/mail-server.ts";
import { findProgram } from "../support/servers/programs.ts";
import { removeDataDir, type Service, startService } from "../support/servers/service.ts";
import { numberOf, startLynx } from "./lynx.ts";
import { codeIn } from "./signatory.ts";

/**
 * What it takes from opening the letter to the confirmed signature, for somebody who reads nothing on the way and leaves
 * the choice as it is. A key is a press that types nothing: of Tab, Enter or the space bar.
 */
type Steps = { readonly fields: number; readonly keys?: number; readonly taps?: number; readonly swipes?: number };

/** As it is today. A change that needs more has to say so here. */
const AT_MOST: Readonly<Record<string, Readonly<Record<Lang, Steps>>>> = {
  "by keyboard": { fa: { fields: 3, keys: 31 }, en: { fields: 3, keys: 31 } },
  "by keyboard, scripts off": { fa: { fields: 3, keys: 31 }, en: { fields: 3, keys: 31 } },
  "by touch": { fa: { fields: 3, taps: 7, swipes: 5 }, en: { fields: 3, taps: 7, swipes: 5 } },
  "by touch, scripts off": { fa: { fields: 3, taps: 7, swipes: 5 }, en: { fields: 3, taps: 7, swipes: 5 } },
  "in lynx": { fa: { fields: 3, keys: 36 }, en: { fields: 3, keys: 36 } },
};

let browser: Browser;
let mailServer: MailServer;
let service: Service;
beforeAll(async () => {
  [browser, mailServer] = await Promise.all([startBrowser(), startMailServer()]);
  service = await startService({ settings: { MAIL_URL: mailServer.url } });
});
afterAll(async () => {
  await browser?.close();
  await service?.stop();
  await mailServer?.stop();
  if (service) removeDataDir(service.dataDir);
});

const random = fixedRandomness("steps");
const someone = () => `${[...random(8)].map((byte) => "abcdefghij"[byte % 10]).join("")}@example.org`;
const NAME = { fa: "سارا آزادی", en: "Sara Azadi" } as const;

/** What is done on each page, the control by its selector; a text is typed into it, anything else is pressed. */
type Way = readonly { readonly at: string; readonly text?: () => Promise<string> | string }[];

function wayOf(lang: Lang, email: string): Way {
  return [
    { at: '.slip a[href$="/sign/"]' },
    { at: "#name", text: () => NAME[lang] },
    { at: "#email", text: () => email },
    { at: "#consent_handover" },
    { at: '#form button[type="submit"]' },
    { at: "#code", text: async () => codeIn(await mailServer.waitForMail(email)) },
    { at: 'form:has(#code) button[type="submit"]' },
  ];
}

async function walk(page: Page, lang: Lang, go: (target: Locator, text: string | undefined) => Promise<void>) {
  page.setDefaultTimeout(120_000);
  await page.goto(`${service.origin}/${lang}/`);
  for (const { at, text } of wayOf(lang, someone())) {
    const target = page.locator(at).first();
    await target.waitFor();
    await page.waitForLoadState("load");
    await go(target, await text?.());
  }
  await page.locator("#withdrawal-code").waitFor();
}

describe.each(["fa", "en"] as const)(
  "from the letter to the confirmed signature takes no more steps than before, in %s",
  (lang) => {
    const check = (name: string, steps: Steps) => {
      console.log(`${name}, ${lang}: ${JSON.stringify(steps)}`);
      const most = AT_MOST[name]![lang];
      for (const [what, n] of Object.entries(steps))
        expect(n, what).toBeLessThanOrEqual(most[what as keyof Steps] ?? 0);
    };

    it.each([
      ["by keyboard", true],
      ["by keyboard, scripts off", false],
    ])("%s", async (name, javaScript) => {
      const visiting: Visit = await visit(browser, service.origin, { language: lang, javaScript });
      const steps = { fields: 0, keys: 0 };
      const press = async (key: string) => {
        steps.keys++;
        await visiting.page.keyboard.press(key);
      };
      await walk(visiting.page, lang, async (target, text) => {
        while (!(await target.evaluate((one) => one === one.ownerDocument.activeElement))) {
          await press("Tab");
          if (steps.keys > 300) throw new Error(`Tab never leads to ${target}`);
        }
        if (text === undefined) return press((await target.getAttribute("type")) === "checkbox" ? "Space" : "Enter");
        steps.fields++;
        await visiting.page.keyboard.type(text);
      });
      check(name, steps);
      await visiting.close();
    });

    it.each([
      ["by touch", true],
      ["by touch, scripts off", false],
    ])("%s", async (name, javaScript) => {
      const viewport = { width: 320, height: 640 };
      const visiting: Visit = await visit(browser, service.origin, { language: lang, javaScript, viewport });
      const { page } = visiting;
      const steps = { fields: 0, taps: 0, swipes: 0 };
      await walk(page, lang, async (target, text) => {
        // A swipe moves the page by three quarters of the screen.
        const { y, height } = (await target.boundingBox())!;
        const below = y + height - viewport.height;
        if (below > 0) {
          const swipes = Math.ceil(below / (viewport.height * 0.75));
          steps.swipes += swipes;
          await page.evaluate(`scrollBy({ top: ${swipes * viewport.height * 0.75}, behavior: "instant" })`);
        }
        steps.taps++;
        await target.click();
        if (text === undefined) return;
        steps.fields++;
        await page.keyboard.type(text);
      });
      check(name, steps);
      await visiting.close();
    });

    it.skipIf(findProgram("lynx") === undefined || findProgram("script") === undefined)("in lynx", async () => {
      const lynx = startLynx(`${service.origin}/${lang}/`);
      const steps = { fields: 0, keys: 0 };
      const { letter, sign, confirm, confirmed } = STRINGS[lang];
      let at = 1;
      const goTo = (page: string, label: string, kind: "field" | "box" | "press") => {
        const number = numberOf(page, label, kind);
        const keys = "\t".repeat(number - at) + (kind === "field" ? "" : "\r");
        steps.keys += keys.length;
        lynx.type(keys);
        // A link or button leads to another page, which begins with its first.
        at = kind === "press" ? 1 : number;
      };
      const fillIn = (page: string, label: string, text: string) => {
        goTo(page, label, "field");
        lynx.type(text);
        steps.fields++;
      };
      try {
        const email = someone();
        await lynx.see(letter.skip_to_signing);
        goTo(`${service.origin}/${lang}/`, letter.skip_to_signing, "press");
        await lynx.see(sign.shown_legend);
        const form = `${service.origin}/${lang}/sign/`;
        fillIn(form, sign.your_name_hint.split(".")[0]!, NAME[lang]);
        fillIn(form, sign.email, email);
        goTo(form, sign.consent, "box");
        goTo(form, sign.send_code, "press");
        await lynx.see(confirm.title);
        const code = codeIn(await mailServer.waitForMail(email));
        const page = await lynx.address();
        fillIn(page, confirm.code, code);
        goTo(page, confirm.confirm_sig, "press");
        await lynx.see(confirmed.code_title);
        check("in lynx", steps);
      } finally {
        lynx.stop();
      }
    });
  },
);
