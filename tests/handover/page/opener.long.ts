import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { startBrowser } from "../../support/browsers/browser.ts";
import { type Firefox, startFirefox } from "../../support/browsers/firefox.ts";
import { type HandedCrowd, handOverCrowd, LISTS } from "./handed-crowd.ts";

// `.ci/run` installs Debian's Firefox where it may; Puppeteer comes with the other tools that judge pages.
describe.skipIf(startFirefox === undefined)("the page that opens the contacts bag, in Firefox", () => {
  let crowd: HandedCrowd;
  let firefox: Firefox;
  let saved: string;
  beforeAll(async () => {
    crowd = await handOverCrowd(inject("seed"), 60);
    saved = join(crowd.given.folder, "saved");
    mkdirSync(saved);
    firefox = await startFirefox!({
      "browser.download.folderList": 2,
      "browser.download.dir": saved,
      "browser.download.useDownloadDir": true,
      "browser.download.always_ask_before_handling_new_types": false,
      // Whatever the page or the browser may ask of the network leads nowhere.
      "network.proxy.type": 1,
      "network.proxy.http": "127.0.0.1",
      "network.proxy.http_port": 9,
      "network.proxy.ssl": "127.0.0.1",
      "network.proxy.ssl_port": 9,
    });
  });
  afterAll(async () => {
    await firefox?.close();
    crowd?.given.remove();
  });

  it("gives the lists that the command gives, byte by byte", async () => {
    const page = await firefox.newPage();
    page.setDefaultTimeout(0);
    await page.goto(pathToFileURL(crowd.page).href);
    await page.waitForSelector("form", { visible: true });
    const { bag, contacts, identity } = crowd.given;
    const files = { public_bag: bag, contacts_bag: contacts, key: identity, left: crowd.left };
    for (const [name, file] of Object.entries(files)) await (await page.$(`#${name}`))!.uploadFile(file);
    await page.click("form button");
    await page.waitForSelector("fieldset:not(:disabled)");
    expect(await page.evaluate<string>('document.querySelector("[data-answer]").innerText')).toContain(
      (60 - crowd.gone.length).toLocaleString("fa"),
    );
    for (const name of LISTS) {
      await page.click(`a[download="${name}"]`);
      const file = join(saved, name);
      await expect
        .poll(() => existsSync(file) && readFileSync(file).equals(crowd.wrote(name)), { message: name })
        .toBe(true);
    }
  });
});

describe("the page that opens the contacts bag, with a thousand records", () => {
  it("gives the lists that the command gives, byte by byte, and shows the first of them", async () => {
    const crowd = await handOverCrowd(inject("seed"), 1000);
    const browser = await startBrowser();
    try {
      const page = await (await browser.newContext({ offline: true })).newPage();
      page.setDefaultTimeout(0);
      await page.goto(pathToFileURL(crowd.page).href);
      await page.locator("form").waitFor();
      const { bag, contacts, identity } = crowd.given;
      const files = { public_bag: bag, contacts_bag: contacts, key: identity, left: crowd.left };
      for (const [name, file] of Object.entries(files)) await page.locator(`#${name}`).setInputFiles(file);
      await page.locator("form button").click();
      await page.locator("fieldset:not(:disabled)").waitFor();
      for (const name of LISTS) {
        const link = page.locator(`a[download="${name}"]`);
        const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
        expect(readFileSync(await download.path()).equals(crowd.wrote(name)), name).toBe(true);
      }
      const list = page.locator("section", { has: page.locator('a[download="signatories.csv"]') });
      expect(await list.locator("tbody tr").count()).toBe(200);
    } finally {
      await browser.close();
      crowd.given.remove();
    }
  });
});
