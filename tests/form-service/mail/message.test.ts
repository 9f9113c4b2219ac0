import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { codeMail } from "../../../scripts/form-service/mail/message.ts";
import { mailedCodeOf } from "../../../scripts/letter/signature/derivation.ts";
import { startBrowser } from "../../support/browsers/browser.ts";
import { fixedRandomness } from "../../support/fixtures.ts";

const random = fixedRandomness(inject("seed"));
const [code, other] = [1, 2].map(() => mailedCodeOf(random(32), "confirm", "sara@example.org")) as [string, string];

/** The words of the part in HTML, a paragraph a line. */
function wordsOf(html: string): string {
  return html
    .replace(/\n/g, "")
    .replace(/<\/p>/g, "\n")
    .replace(/<[^>]+>/g, "")
    .trim();
}

describe.each(["fa", "en"])("the mail with a code, in %s", (lang) => {
  const mail = codeMail(lang, "sara@example.org", code);

  it("has the code alone on its line, and not before the end of what a locked screen shows", () => {
    expect(mail.text.split("\n").filter((line) => line === code)).toHaveLength(1);
    expect(mail.text.indexOf(code)).toBeGreaterThan(150);
    expect(mail.subject).not.toContain(code);
  });

  it("has the same words as text and as HTML, and no others that are hidden", () => {
    expect(wordsOf(mail.html)).toBe(mail.text.trim().replaceAll("\n\n", "\n"));
    expect(mail.html).not.toMatch(/display|hidden|<title|<style|<img|href|&/i);
  });

  it("holds no link and no name, and differs in nothing but the code", () => {
    expect(mail.text + mail.html).not.toMatch(/https?:|www\.|@|iran|amnesty|letter|petition|sign|ایران|عفو|نامه|امضا/i);
    const elsewhere = codeMail(lang, "omid@example.com", other);
    expect({ ...elsewhere, to: mail.to }).toEqual({
      ...mail,
      text: mail.text.replace(code, other),
      html: mail.html.replace(code, other),
    });
  });
});

describe("where a mail program keeps only what is inside the body", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser?.close());

  it.each([
    ["fa", "rtl"],
    ["en", "ltr"],
  ])("a mail in %s is set %s, and its code left to right", async (lang, direction) => {
    const { html } = codeMail(lang, "sara@example.org", code);
    const inside = html.slice(html.indexOf("<body>") + "<body>".length, html.indexOf("</body>"));
    const page = await browser.newPage();
    await page.setContent(
      `<!doctype html><html lang="de" dir="${direction === "rtl" ? "ltr" : "rtl"}"><body><div>${inside}</div></body></html>`,
    );
    const computed = await page.evaluate(`[...document.querySelectorAll("p, bdi")].map((one) => ({
      direction: getComputedStyle(one).direction, lang: one.closest("[lang]").lang, code: one.matches("bdi") }))`);
    const parts = computed as { direction: string; lang: string; code: boolean }[];
    expect(parts.length).toBeGreaterThan(5);
    for (const part of parts) {
      expect(part).toEqual({ direction: part.code ? "ltr" : direction, lang, code: part.code });
    }
    await page.close();
  });
});
