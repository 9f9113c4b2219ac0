import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { en } from "../../content/strings/en.ts";
import { fa } from "../../content/strings/fa.ts";
import { LARGE, slipOf } from "../../scripts/letter/signature/mail-slip.ts";
import type { SiteContext } from "../../scripts/site/views/context.ts";
import { letterPage } from "../../scripts/site/views/pages/letter-page.ts";
import { sharePage } from "../../scripts/site/views/pages/share-page.ts";
import { signPage } from "../../scripts/site/views/pages/sign-page.ts";
import { withdrawPage } from "../../scripts/site/views/pages/withdraw-page.ts";
import { STRINGS } from "../../scripts/site/views/strings.ts";
import { startBrowser, type Visit, visit } from "../support/browsers/browser.ts";
import { root } from "../support/source.ts";
import { inventedSite, listRow } from "./invented-site.ts";

const TYPED = { name: "لیلا بهاری", place: "Berlin", email: "leila@example.org" };

let browser: Browser;
let server: Server;
let origin = "";
let cameFrom: string | undefined;

beforeAll(async () => {
  browser = await startBrowser();
  const base = inventedSite([listRow(2)]);
  server = createServer((request, response) => {
    if (request.url === "/away") cameFrom = request.headers.referer;
    const [, lang, name] = /^\/(fa|en)\/(\w*)/.exec(request.url ?? "") ?? [];
    // The Persian pages lead where the template does.
    const site: SiteContext =
      lang === "fa" ? base : { ...base, campaign: { ...base.campaign, exit_url: `${origin}/away` } };
    if (lang === undefined) {
      response.end(fileOf(request.url ?? ""));
      return;
    }
    response.setHeader("Content-Type", "text/html; charset=utf-8");
    const pages = { "": letterPage, sign: signPage, withdraw: withdrawPage, share: sharePage };
    const page = pages[(name ?? "") as keyof typeof pages] ?? letterPage;
    response.end(page(site, lang as "fa" | "en"));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await browser?.close();
  server?.close();
});

function fileOf(path: string): Buffer | string {
  if (!/^\/assets\/(?:page\.js|typing\.js|sign\.js|share\.js|site\.css)/.test(path)) return "somewhere else";
  return readFileSync(join(root, "content", path.slice(1)));
}

async function open(path: string): Promise<Visit> {
  const visited = await visit(browser, origin);
  await visited.page.goto(`${origin}/start`);
  await visited.page.goto(origin + path);
  return visited;
}

describe("leaving quickly", () => {
  const ways: [string, (page: Page) => Promise<unknown>][] = [
    ["by the button", (page) => page.click(".exit")],
    [
      "by the second stop of the Tab key",
      async (page) => {
        await page.focus(".skip");
        await page.keyboard.press("Tab");
        await page.keyboard.press("Enter");
      },
    ],
    ["by the left, the right and the left Shift key", (page) => tapAway(page, "ShiftLeft", "ShiftRight", "ShiftLeft")],
    [
      "by the Shift keys in turn, right after one that was pressed twice",
      (page) => tapAway(page, "ShiftRight", "ShiftRight", "ShiftLeft", "ShiftRight"),
    ],
  ];

  it.each(ways)("leads away %s, and going back does not show the page", async (_, leave) => {
    const { page, close } = await open("/en/");
    await page.emulateMedia({ reducedMotion: "reduce" });
    await page.click('a[href="#letter"]'); // a jump makes no entry of its own
    await leave(page);
    await page.waitForURL("**/away");
    await page.goBack();
    expect(page.url()).toBe(`${origin}/start`);
    await close();
  });

  it("tells the other page nothing, though a page with a form tells the service where it is", async () => {
    const { page, close } = await open("/en/sign/?s=secret");
    cameFrom = "nowhere yet";
    await page.click(".exit");
    await page.waitForURL("**/away");
    expect(cameFrom).toBeUndefined();
    await close();
  });

  it.each(["with", "without"])("leads to an empty page that names no site, %s the script", async (script) => {
    const { page, foreignRequests, close } = await visit(browser, origin, { javaScript: script === "with" });
    await page.goto(`${origin}/start`);
    await page.goto(`${origin}/fa/`);
    await page.click(".exit");
    await page.waitForURL("about:blank");
    expect([await page.title(), await page.locator("body").innerText()]).toEqual(["", ""]);
    expect(foreignRequests).toEqual([]);
    if (script === "without") return close();
    await page.goBack();
    expect(page.url()).toBe(`${origin}/start`);
    await close();
  });

  it("empties the page at once, before the other one has come", async () => {
    const { page, close } = await open("/en/sign/");
    await page.fill("#name", "Leila");
    const left = await page.evaluate(
      `document.querySelector('.exit').click();
       [document.body.textContent, getComputedStyle(document.querySelector('[role=alert]')).clipPath, document.title, window.name]`,
    );
    // One word, for who does not see that the page is gone.
    expect(left).toEqual([en.page.leaving, "inset(50%)", "", ""]);
    await close();
  });

  // In the browse mode of a screen reader the page sees of "Shift and H" only the Shift, down and up.
  const commands: [string, (page: Page) => Promise<unknown>][] = [
    ["asks a screen reader for the heading before, five times", (page) => tap(page, ...times(5, "ShiftLeft"))],
    ["turns on Sticky Keys", (page) => tap(page, ...times(5, "ShiftRight"))],
    [
      "types a code in capitals while the screen reader takes them as commands",
      (page) => tap(page, ...times(4, "ShiftLeft"), "1", "2", "3", "4"),
    ],
    ["goes back by Tab", (page) => tap(page, ...times(4, "Shift+Tab"))],
    [
      "uses both Shift keys for commands that move the page",
      async (page) => {
        for (const [n, key] of ["ShiftLeft", "ShiftRight", "ShiftLeft", "ShiftRight"].entries()) {
          await tap(page, key);
          await page.evaluate(
            `new Promise((done) => { addEventListener("scroll", done, { capture: true, once: true }); scrollTo(0, ${n % 2 ? 0 : 300}); })`,
          );
        }
      },
    ],
    [
      "uses both Shift keys for commands that move the caret or the focus",
      async (page) => {
        await tap(page, "ShiftLeft", "ShiftRight");
        await page.evaluate(
          "new Promise((done) => { document.addEventListener('selectionchange', done, { once: true }); getSelection().collapse(document.querySelector('h1')); })",
        );
        await tap(page, "ShiftLeft", "ShiftRight");
        await page.focus(".exit");
        await tap(page, "ShiftLeft", "ShiftRight");
      },
    ],
    ["has another key between", (page) => tap(page, "ShiftLeft", "ShiftRight", "a", "ShiftLeft")],
  ];

  it.each(commands)("does not happen to somebody who %s, and nobody is warned of it", async (_, command) => {
    const { page, close } = await open("/en/");
    const status = page.locator("#said");
    await command(page);
    expect([new URL(page.url()).pathname, await page.locator("h1").count()]).toEqual(["/en/", 1]);
    if (!_.includes("both")) expect(await status.textContent()).toBe("");
    await close();
  });

  it("does not happen to somebody who types capitals, with either Shift key", async () => {
    const { page, close } = await open("/en/sign/");
    await page.focus("#name");
    for (const [n, key] of [..."ABCD1234HAHA"].entries())
      await tap(page, /\d/.test(key) ? key : `${n % 2 ? "ShiftLeft" : "ShiftRight"}+${key}`);
    expect([page.url(), await page.inputValue("#name")]).toEqual([`${origin}/en/sign/`, "ABCD1234HAHA"]);
    await close();
  });

  it("is announced only after two keys, and forgotten with whatever comes then", async () => {
    const { page, close } = await open("/fa/");
    const status = page.locator("#said");
    await tap(page, "ShiftLeft");
    expect(await status.textContent()).toBe("");
    await tap(page, "ShiftRight");
    expect(await status.textContent()).toBe(fa.page.exit_one);
    await tap(page, "a");
    expect(await status.textContent()).toBe("");
    await close();
  });

  it("takes longer apart for no sign", async () => {
    const { page, close } = await open("/en/");
    await page.evaluate(`for (const [code, timeStamp] of [["ShiftLeft", 1000], ["ShiftRight", 2500], ["ShiftLeft", 4001]])
      for (const type of ["keydown", "keyup"]) {
        const event = new KeyboardEvent(type, { key: "Shift", code, bubbles: true });
        Object.defineProperty(event, "timeStamp", { value: timeStamp });
        document.body.dispatchEvent(event);
      }`);
    expect(page.url()).toBe(`${origin}/en/`);
    await close();
  });
});

/** A busy machine may take longer for three keys than the page waits for them: then they are pressed again. */
const tapAway = async (page: Page, ...keys: string[]) => {
  const pressed = async () => {
    await tap(page, ...keys).catch(() => {}); // The page may go while they are pressed.
    return page.url();
  };
  await expect.poll(pressed).toMatch(/away$/);
};
const times = (count: number, key: string): string[] => Array<string>(count).fill(key);
const tap = async (page: Page, ...keys: string[]) => {
  for (const key of keys) await page.keyboard.press(key);
};

describe("the other language", () => {
  it("opens at the block that was being read", async () => {
    const { page, close } = await open("/en/");
    await page.evaluate(
      "document.documentElement.style.scrollBehavior = 'auto'; document.getElementById('b9').scrollIntoView()",
    );
    // A click by the test would scroll to the bar's first place before.
    await page.evaluate(`document.querySelector('.langs a[lang="fa"]').click()`);
    await page.waitForURL("**/fa/**");
    expect(page.url()).toBe(`${origin}/fa/#b9`);
    await close();
  });
});

describe("the form", () => {
  it("takes what was typed along into the other language, and asks for each agreement again", async () => {
    const { page, pageErrors, close } = await open("/en/sign/");
    await page.locator('[name="shown"][value="initials"]').check();
    for (const [id, text] of Object.entries(TYPED)) await page.fill(`#${id}`, text);
    await page.locator("#consent_handover").check();
    await page.click('.langs a[lang="fa"]');
    await page.waitForURL("**/fa/sign/**");
    for (const [id, text] of Object.entries(TYPED)) await expect.poll(() => page.inputValue(`#${id}`)).toBe(text);
    expect(await page.locator('[name="shown"]:checked').getAttribute("value")).toBe("initials");
    expect(await page.locator("#consent_handover").isChecked()).toBe(false);
    // Nothing of it is left, neither in an address nor for another page.
    expect(page.url()).toMatch(/sign\/(#\w*)?$/);
    expect(await page.evaluate("[window.name, sessionStorage.length]")).toEqual(["", 0]);
    expect(pageErrors).toEqual([]);
    await close();
  });

  it.each(["{", "null", "7", '{"email":7,"once":"x","\\"]":"x","consent_handover":"yes","shown":"nobody"}'])(
    "takes nothing that another site has named the window: %s",
    async (named) => {
      const { page, pageErrors, close } = await open("/en/");
      await page.evaluate(`window.name = ${JSON.stringify(`undersigned:${named}`)}`);
      const once = "document.querySelector('input[name=once]')?.value";
      await page.goto(`${origin}/en/sign/`);
      // The rest of the script has run: the form has its own mark.
      await expect.poll(() => page.evaluate<string>(`${once} ?? ""`)).toMatch(/^[\w-]{22}$/);
      await expect.poll(() => page.evaluate("window.name")).toBe("");
      expect(await page.inputValue("#email")).toBe("");
      expect(await page.locator("#consent_handover").isChecked()).toBe(false);
      expect(pageErrors).toEqual([]);
      await close();
    },
  );

  it.each(["fa", "en"] as const)(
    "asks at once whether a provider was meant that is spelled alike, in %s",
    async (lang) => {
      const { page, close } = await open(`/${lang}/sign/`);
      const email = page.locator("#email");
      const said = page.locator("#email-slip");
      for (const provider of LARGE) {
        for (const domain of [
          provider.slice(1),
          `${provider}m`,
          `${provider[1]}${provider[0]}${provider.slice(2)}`,
          provider,
        ]) {
          const meant = slipOf(`leila@${domain}`);
          await email.fill(`leila@${domain}`);
          await email.blur();
          expect(await said.innerText()).toBe(meant ? STRINGS[lang].sign.did_you_mean.replace("{meant}", meant) : "");
        }
      }
      await email.fill("leila@gmial.com");
      await email.blur();
      await said.getByRole("button", { name: "leila@gmail.com" }).click();
      expect([await email.inputValue(), await said.innerText()]).toEqual(["leila@gmail.com", ""]);
      expect(await page.evaluate("document.activeElement.id")).toBe("email");
      await close();
    },
  );
});

describe("a field for a code", () => {
  it("takes what a keyboard in Persian and a clipboard give, in groups of four", async () => {
    const { page, close } = await open("/fa/withdraw/");
    const field = page.locator("#withdrawal_code");
    await field.pressSequentially("7kqm۴t");
    expect(await field.inputValue()).toBe("7KQM 4T");
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("Backspace");
    await page.keyboard.press("Backspace");
    expect(await field.inputValue()).toBe("7KQ4 T");
    await field.fill("");
    await page.evaluate(`{
      const clipboardData = new DataTransfer();
      clipboardData.setData("text/plain", "Your code:\\n\\n7KQM4TXR9HPD2B3C4D5E6F7G8H\\n\\nKeep it.");
      document.activeElement.dispatchEvent(new ClipboardEvent("paste", { clipboardData, cancelable: true }));
    }`);
    expect(await field.inputValue()).toBe("7KQM 4TXR 9HPD 2B3C 4D5E 6F7G 8H");
    await close();
  });

  it("finds the code in what mail programs make of it, as the service does", async () => {
    const { page, close } = await open("/fa/withdraw/");
    const vectors = JSON.parse(readFileSync(join(root, "tests/vectors/codes/typed.json"), "utf8")) as {
      typed: string;
      length: number;
      code: string | null;
    }[];
    const found = await page.evaluate(
      `${JSON.stringify(vectors)}.map(({ typed, length }) => codeIn(typed, length) ?? null)`,
    );
    expect(found).toEqual(vectors.map(({ code }) => code));
    // A keyboard's own clipboard, and a one-time code that is filled in, come without a paste.
    await page.evaluate(`{
      const field = document.getElementById("withdrawal_code");
      field.value = "«Code: 7kqm 4txr 9hpd 2b3c 4d5e 6f7g 8h.»";
      field.dispatchEvent(new InputEvent("input", { inputType: "insertReplacementText" }));
    }`);
    expect(await page.inputValue("#withdrawal_code")).toBe("7KQM 4TXR 9HPD 2B3C 4D5E 6F7G 8H");
    await close();
  });
});

describe("a form", () => {
  it("is sent once, keeps the focus on its button, and can be sent again when no answer came", async () => {
    const { page, pageErrors, close } = await open("/en/withdraw/");
    await page.clock.install();
    await page.reload();
    let posts = 0;
    await page.route("**/withdraw/", async (route) => {
      if (route.request().method() !== "POST") return route.continue();
      posts++;
      // The page stays as it is.
      return route.fulfill({ status: 204 });
    });
    const button = page.locator('main form button[type="submit"]').first();
    const state = () => button.evaluate((it) => [it.getAttribute("aria-disabled"), it.matches(":focus")]);
    expect(await state()).toEqual([null, false]);
    await button.click();
    await page.keyboard.press("Enter");
    // Playwright would wait until the button can be pressed.
    await button.click({ force: true });
    await expect.poll(() => posts).toBe(1);
    expect(await state()).toEqual(["true", true]);
    // The other forms of the page are as before.
    expect(await page.locator("button[aria-disabled]").count()).toBe(1);
    await page.clock.fastForward(8_000);
    expect(await state()).toEqual([null, true]);
    await button.click();
    await expect.poll(() => posts).toBe(2);
    await page.evaluate('dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }))');
    expect(await state()).toEqual([null, true]);
    expect(pageErrors).toEqual([]);
    await close();
  });
});

describe("sending the letter with an app of the device", () => {
  it("hands over the words with the address, once it is asked to, and offers nothing where no app is asked", async () => {
    const { page, close } = await visit(browser, origin);
    await page.addInitScript(`navigator.share = undefined;`);
    await page.goto(`${origin}/fa/share/`);
    expect(await page.locator("[data-share] button").count()).toBe(0);
    await page.addInitScript(`navigator.share = async ({ text }) => { document.title = text; };`);
    await page.goto(`${origin}/fa/share/`);
    const words = (await page.locator("#words").textContent())!;
    expect(words).toMatch(/https:\/\/letter\.example\.org\/fa\/$/);
    await page.getByRole("button", { name: fa.share.device }).click();
    await expect.poll(() => page.title()).toBe(words);
    await close();
  });
});
