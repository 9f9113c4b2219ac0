import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createReviewApp, type ReviewApp } from "../../../scripts/cli/moderate/review-app.ts";
import { type Listener, listen } from "../../../scripts/form-service/web/listener.ts";
import { STRINGS } from "../../../scripts/site/views/strings.ts";
import { pressByKey, tabTo, typeInto } from "../../journeys/keyboard.ts";
import { invent, sheetOf } from "../../letter/invented.ts";
import { inventedSite } from "../../site/invented-site.ts";
import { findingsOn } from "../../site/seen/accessibility.ts";
import { startBrowser, visit } from "../../support/browsers/browser.ts";
import { makeCampaign, type TestCampaign } from "../../support/campaigns/local-campaign.ts";
import { fixedRandomness } from "../../support/fixtures.ts";
import { root } from "../../support/source.ts";

const log = { info() {}, warn() {}, error() {} };
const random = fixedRandomness("review walk");
const token = Buffer.from(random(32)).toString("base64url");

let campaign: TestCampaign;
let app: ReviewApp;
let listener: Listener;
let browser: Browser;
beforeEach(async () => {
  [campaign, browser] = await Promise.all([makeCampaign(), startBrowser()]);
  app = createReviewApp({
    open: async () => ({ host: campaign.host, acceptor: campaign.acceptor, day: campaign.acceptor.day }),
    ...{ site: inventedSite(), token, log, assets: join(root, "content/assets"), later: () => () => {} },
  });
  listener = await listen(app.fetch, { port: 0, from: "this machine" }, log);
});
afterEach(async () => {
  await browser.close();
  await listener.close(0);
  campaign.remove();
});

describe.each([
  ["fa", false],
  ["en", true],
] as const)("a moderator with a keyboard, in %s, scripts: %s", (language, javaScript) => {
  it("refuses a row, approves, takes it back, approves again, and leaves nothing in the addresses", async () => {
    const start = random(1)[0]!;
    const rows = Array.from({ length: 6 }, (_, i) => invent(start + i, i < 4 ? "name" : "hidden").row);
    const sheet = sheetOf(start, rows);
    await campaign.file(sheet);
    const { review } = STRINGS[language];
    const origin = `http://127.0.0.1:${listener.port}`;
    const { page, foreignRequests, pageErrors, close } = await visit(browser, origin, { language, javaScript });
    const addresses: string[] = [];
    page.on("framenavigated", (frame) => addresses.push(decodeURIComponent(frame.url())));
    const button = (name: string) => page.getByRole("button", { name, exact: true });
    const check = async () => {
      if (javaScript) expect(await findingsOn(page)).toEqual([]);
    };
    await page.goto(`${origin}/${token}/`);
    expect(await page.locator("html").getAttribute("lang")).toBe(language);
    await check();
    await pressByKey(page, page.locator("main .acts a"));
    await page.locator("#words").waitFor();
    await check();
    const name = sheet.rows.find(({ shown }) => shown === "name")!.name;
    await typeInto(page, page.locator("#words"), name);
    await page.keyboard.press("Enter");
    await page.locator(`#words[value="${name}"]`).waitFor();
    const found = page.locator("main select").first();
    const id = await found.getAttribute("name");
    await tabTo(page, found);
    await page.keyboard.press("ArrowDown");
    await pressByKey(page, button(review.approve));
    await page.getByText(review.held, { exact: true }).waitFor();
    await check();
    await pressByKey(page, button(review.take_back));
    await page.getByText(review.taken_back).waitFor();
    expect(await page.locator(`[name="${id}"]`).inputValue()).toBe("fake-name");
    await pressByKey(page, button(review.approve));
    await pressByKey(page, button(review.record_now));
    await page.getByRole("heading", { name: review.done }).waitFor();
    await check();
    const { record, settled } = await campaign.host.readMain();
    expect([record.rows.length, [...settled.refused]]).toEqual([5, [[id, "fake-name"]]]);
    for (const { name } of rows.filter((row) => row.name !== ""))
      expect(addresses.filter((address) => address.includes(name))).toEqual([]);
    expect([foreignRequests, pageErrors]).toEqual([[], []]);
    await close();
  });
});
