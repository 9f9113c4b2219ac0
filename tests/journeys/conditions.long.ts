import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { whatDoesNotFit } from "../site/seen/layout.ts";
import { startBrowser, type Visit, visit } from "../support/browsers/browser.ts";
import { type MailServer, startMailServer } from "../support/servers/mail-server.ts";
import { removeDataDir, type Service, startService } from "../support/servers/service.ts";
import { pressByKey, tabTo, typeInto } from "./keyboard.ts";
import { codeIn } from "./signatory.ts";
import { checkTraces, field, follow, press, see, sendForm, startWalk, type Walk } from "./walk.ts";

let browser: Browser;
let largeText: Browser;
let mailServer: MailServer;
let service: Service;
beforeAll(async () => {
  browser = await startBrowser();
  largeText = await startBrowser({ textSize: 2 });
  mailServer = await startMailServer();
  service = await startService({ settings: { MAIL_URL: mailServer.url, LIMITS: "off" } });
});
afterAll(async () => {
  await Promise.all([browser?.close(), largeText?.close(), mailServer?.stop()]);
  await service?.stop();
  if (service) removeDataDir(service.dataDir);
});

const NOTHING = /^$/;
const conditions = [
  { name: "with scripts off", javaScript: false },
  { name: "with pictures off", blocked: /\.(svg|png|ico)$/ },
  { name: "with fonts blocked", blocked: /\.woff2$/ },
  { name: "without its style sheet and its script", blocked: /\.(css|js)$/, plain: true },
  { name: "on the smallest screen", width: 320 },
  { name: "with text of twice the size", textSize: 2 },
].flatMap((condition) => (["fa", "en"] as const).map((lang) => ({ ...condition, lang })));

describe("signing and withdrawing", () => {
  it.each(conditions)("$name, in $lang", async (condition) => {
    const { lang, javaScript = true, blocked = NOTHING, width = 390, textSize = 1, plain = false } = condition;
    const viewport = { width, height: 700 };
    const visiting = await visit(textSize === 1 ? browser : largeText, service.origin, {
      javaScript,
      language: lang,
      viewport,
    });
    await visiting.context.route(blocked, (route) => route.abort());
    const walk = startWalk(visiting, service.origin, lang);
    const fits = async () => {
      // Before its style sheet is there, a page is measured without it.
      await walk.page.waitForLoadState("load");
      expect(plain ? [] : await whatDoesNotFit(walk.page)).toEqual([]);
    };
    await walk.page.goto(`${service.origin}/${lang}/`);
    await fits();
    await follow(walk, walk.strings.letter.sign_letter);
    await fits();
    const email = `condition-${conditions.indexOf(condition)}@example.org`;
    await sendForm(walk, { shown: "hidden", name: "Sara", place: "", email: "not an address" });
    await see(walk, walk.strings.problems.not_recorded);
    await fits();
    await field(walk, walk.strings.sign.email).fill(email);
    await press(walk, walk.strings.sign.send_code);
    await see(walk, walk.strings.confirm.title);
    await fits();
    await field(walk, walk.strings.confirm.code).fill(codeIn(await mailServer.waitForMail(email)));
    await press(walk, walk.strings.confirm.confirm_sig);
    await see(walk, walk.strings.confirmed.title);
    await fits();
    const code = await walk.page.locator("#withdrawal-code").innerText();
    await follow(walk, walk.strings.nav.withdraw);
    await fits();
    await field(walk, walk.strings.withdraw.code).fill(code);
    await press(walk, walk.strings.withdraw.button);
    await see(walk, walk.strings.withdraw.done_title);
    await fits();
    await checkClean(visiting);
  });

  it.each(["fa", "en"] as const)("with the keyboard alone, in %s", async (lang) => {
    const visiting = await visit(browser, service.origin, { language: lang });
    const walk = startWalk(visiting, service.origin, lang);
    const { page, strings } = walk;
    const [link, button] = (["link", "button"] as const).map(
      (role) => (name: string) => page.getByRole(role, { name, exact: true }),
    );
    await page.goto(`${service.origin}/${lang}/`);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    expect(await focusedId(walk), "the first stop leads to the text").toBe("main");
    await pressByKey(page, link!(strings.letter.sign_letter).first());
    await page.getByRole("heading", { level: 1, name: strings.sign.title }).waitFor();

    await tabTo(page, page.getByRole("radio", { checked: true }));
    const named = page.getByRole("radio", { name: strings.sign.name });
    for (let i = 0; i < 3 && !(await named.isChecked()); i++) await page.keyboard.press("ArrowDown");
    expect(await named.isChecked()).toBe(true);
    const email = `keyboard-${lang}@example.org`;
    await typeInto(page, field(walk, strings.sign.your_name), "Sara Azadi");
    await typeInto(page, field(walk, strings.sign.email), "not an address");
    await pressByKey(page, page.locator("#consent_handover"), "Space");
    await pressByKey(page, page.locator("#consent_public"), "Space");
    await pressByKey(page, button!(strings.sign.send_code));
    await expect.poll(() => focusedId(walk)).toBe("problems");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await expect.poll(() => focusedId(walk)).toBe("email");
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.type(email);
    await page.keyboard.press("Enter");

    await see(walk, strings.confirm.title);
    await typeInto(page, field(walk, strings.confirm.code), codeIn(await mailServer.waitForMail(email)));
    await page.keyboard.press("Enter");
    await see(walk, strings.confirmed.title);
    const code = await page.locator("#withdrawal-code").innerText();
    await pressByKey(page, page.locator("main").getByRole("link", { name: strings.nav.withdraw }));
    await typeInto(page, field(walk, strings.withdraw.code), code);
    await page.keyboard.press("Enter");
    await see(walk, strings.withdraw.done_title);
    await checkClean(visiting);
  });
});

describe("what a screen reader is given", () => {
  it.each(["fa", "en"] as const)("comes in the order in which it is needed, in %s", async (lang) => {
    const visiting = await visit(browser, service.origin, { language: lang });
    const walk = startWalk(visiting, service.origin, lang);
    const { page: words, letter, sign, nav } = walk.strings;
    await walk.page.goto(`${service.origin}/${lang}/`);
    const order = [
      `link "${words.skip_to_content}"`,
      "banner:",
      `link "${words.quick_exit}"`,
      "main:",
      `region "${letter.content_warning}"`,
      `link "${letter.read_letter}"`,
      `link "${letter.skip_to_signing}"`,
      "article",
      "[level=1]",
      `link "${letter.sign_letter}"`,
      "contentinfo:",
      `link "${nav.privacy}"`,
    ];
    await inOrder(walk, order);
    await walk.page.goto(`${service.origin}/${lang}/sign/`);
    await inOrder(walk, [
      `link "${words.skip_to_content}"`,
      "main:",
      `heading "${sign.title}" [level=1]`,
      `group "${sign.shown_legend}"`,
      "[checked]",
      `textbox "${sign.your_name}"`,
      `textbox "${sign.email}"`,
      `group "${sign.consent}"`,
      "checkbox",
      `button "${sign.send_code}"`,
      "contentinfo:",
    ]);
    await visiting.close();
  });
});

/** These are in the accessibility tree, one below the other. */
async function inOrder({ page }: Walk, parts: readonly string[]): Promise<void> {
  const tree = await page.locator("body").ariaSnapshot();
  let from = 0;
  for (const part of parts) {
    const at = tree.indexOf(part, from);
    expect(at, `${part} is not below what comes before it in\n${tree}`).toBeGreaterThanOrEqual(0);
    from = at + part.length;
  }
}

function focusedId({ page }: Walk): Promise<string> {
  return page.evaluate("document.activeElement.id");
}

/** What was blocked on purpose is reported by the browser as an error. */
async function checkClean(visiting: Visit): Promise<void> {
  const errors = visiting.pageErrors.filter((text) => !text.includes("net::ERR_FAILED"));
  await checkTraces({ ...visiting, pageErrors: errors });
  await visiting.close();
}
