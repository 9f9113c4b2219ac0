import { createHash } from "node:crypto";
import { Resvg } from "@resvg/resvg-js";
import { HtmlValidate } from "html-validate";
import jsQR from "jsqr";
import { describe, expect, it } from "vitest";
import type { LedgerDay } from "../../scripts/letter/ledger/day.ts";
import { outlineOf } from "../../scripts/letter/ledger/outline.ts";
import { outlined, pngOf, widthOf } from "../../scripts/outside/picture.ts";
import { sitePages } from "../../scripts/site/pages.ts";
import { posterOf, posterPdf } from "../../scripts/site/poster.ts";
import { badgeSvg } from "../../scripts/site/views/drawn/badge.ts";
import { cardSvg } from "../../scripts/site/views/drawn/card.ts";
import { embedPage } from "../../scripts/site/views/pages/embed-page.ts";
import { crowd } from "./crowd.ts";
import { make, site } from "./gallery.ts";

const many = { ...site, ...crowd(site, 250) };
const named = { ...many, campaign: { ...many.campaign, preview_names_letter: true } };
const listed = { fa: "۲۵۰", en: "250" };
const home = "https://letter.example.org";
const telling = /Iran|ایران|Amnesty|عفو|United Nations|ملل|atrocit|جنایات/i;
// jsqr is an older kind of module: its function has the name `default`.
const readCode = jsQR as unknown as typeof jsQR.default;

describe.each(["fa", "en"] as const)("what is shared in %s", (lang) => {
  it("shows beside a link how many have signed, and names the letter only where the campaign lets it", () => {
    const svg = cardSvg(many, lang, widthOf);
    expect(svg).toContain(listed[lang]);
    expect(svg).not.toMatch(telling);
    expect(cardSvg(named, lang, widthOf)).toMatch(telling);
    const head = (page: string) => page.slice(0, page.indexOf("</head>"));
    expect(head(make("letter", lang, many))).not.toMatch(telling);
    expect(head(make("letter", lang, named))).toMatch(telling);
    expect(head(make("letter", lang, many))).toContain(`<meta property="og:image" content="${home}/${lang}/card.png">`);
  });

  it("sets the lines of a picture in their own direction, within its edges", () => {
    const lines = [...cardSvg(named, lang, widthOf).matchAll(/text-anchor="(\w+)"[^>]*>(.)/g)];
    expect(lines.length).toBeGreaterThan(4);
    const [anchor, mark] = lang === "fa" ? ["end", "\u2067"] : ["start", "\u2066"];
    for (const [, its, first] of lines) expect([its, first]).toEqual([anchor, mark]);
    const { x, width } = new Resvg(outlined(cardSvg(named, lang, widthOf))).getBBox()!;
    expect([x >= 0, x + width <= 1200]).toEqual([true, true]);
  });

  it("is a PNG of the size that networks show", () => {
    const png = Buffer.from(pngOf(cardSvg(many, lang, widthOf)));
    expect(png.subarray(1, 4).toString()).toBe("PNG");
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([1200, 630]);
  });

  it("has a counter that loads nothing and says what it shows", () => {
    const page = embedPage(many, lang);
    expect(page).toContain(listed[lang]);
    const style = /<style>(.*)<\/style>/.exec(page)![1]!;
    expect(page).toContain(`sha256-${createHash("sha256").update(style).digest("base64")}`);
    expect(page).not.toMatch(/<link|<script|<img|url\(|@import/);
    expect([...page.matchAll(/href="([^"]*)"/g)].map(([, to]) => to)).toEqual([`${home}/${lang}/`]);
    const badge = badgeSvg(many, lang, { measure: widthOf, outlined });
    expect(badge).toMatch(new RegExp(`role="img"><title>.*${listed[lang]}.*</title>`));
    expect(badge).not.toMatch(/<text|font|href|url\(/);
  });

  it("breaks no rule of HTML in the counter but to have its style within", async () => {
    const rules = { "no-inline-style": "off" };
    const validator = new HtmlValidate({ extends: ["html-validate:recommended"], rules: rules as never });
    const { results } = await validator.validateString(embedPage(many, lang));
    expect(results.flatMap(({ messages }) => messages.map(({ ruleId }) => ruleId))).toEqual([]);
  });

  it("tells of batches, the newest first, by their day where it is known, and of no name", () => {
    const entries = ["letter E", "batch 20 2 1", "batch 1 1 0"].map((entry) => `undersigned/v1 ${entry}`);
    const feedOf = (days: readonly LedgerDay[]) => {
      const parts = { script: "", ed25519: "", style: "" };
      const pages = sitePages(many, { outline: outlineOf(entries), days }, parts);
      return pages.find(({ path }) => path === `/${lang}/feed.xml`)!.render();
    };
    const xml = feedOf([
      { day: "2026-11-22", size: 2 },
      { day: "2026-11-25", size: 3 },
    ]);
    expect([...xml.matchAll(/\/batch\/(\d)</g)].map(([, number]) => number)).toEqual(["2", "1"]);
    expect(xml).toContain(lang === "fa" ? "<title>دستهٔ ۱: ۱۷ امضا پذیرفته شد</title>" : "Batch 1: 17 signatures");
    const dates = [...xml.matchAll(/<pubDate>(.*)<\/pubDate>/g)].map(([, date]) => date);
    expect(dates).toEqual(["Wed, 25 Nov 2026 00:00:00 GMT", "Sun, 22 Nov 2026 00:00:00 GMT"]);
    expect(feedOf([])).not.toContain("pubDate");
    expect(xml).not.toContain("<bdi");
    const open: string[] = [];
    for (const [, end, name = "", alone] of xml.matchAll(/<(\/?)([a-zA-Z:]+)[^>]*?(\/?)>/g)) {
      if (end) expect(open.pop()).toBe(name);
      else if (!alone) open.push(name);
    }
    expect(open).toEqual([]);
  });

  it("leads by the code on the poster to the letter", async () => {
    const { data, code } = posterOf(many, lang);
    const { pixels, width, height } = new Resvg(code, { fitTo: { mode: "width", value: 400 } }).render();
    expect(readCode(new Uint8ClampedArray(pixels), width, height)?.data).toBe(`${home}/${lang}/`);
    expect(data).toMatchObject({ address: `letter.example.org/${lang}/` });
    const pdf = Buffer.from(await posterPdf(many, lang));
    expect(pdf.subarray(0, 5).toString()).toBe("%PDF-");
    expect(Buffer.from(await posterPdf(many, lang)).equals(pdf)).toBe(true);
  });

  it("can be sent on by plain links that carry the address and nothing of the reader", () => {
    const page = make("share", lang, many);
    const links = [...page.matchAll(/<li><a href="((?:https|mailto):[^"]+)" rel="noreferrer nofollow">/g)].map(
      ([, to]) => decodeURIComponent(to!.replaceAll("&amp;", "&")),
    );
    expect(links.map((to) => to.split(/[/?]+/)[1]).slice(0, 3)).toEqual(["t.me", "wa.me", "x.com"]);
    for (const to of links) {
      expect(to).toContain(`${home}/${lang}/`);
      expect(to).not.toMatch(/utm|ref=|via=/);
      expect(to).not.toMatch(telling);
    }
    expect(page).toContain(lang === "fa" ? "درست پس از امضا" : "right after you have signed");
    const signed = make("confirmed", lang);
    expect(signed.slice(signed.indexOf("<main"), signed.indexOf("</main>"))).not.toMatch(/share|t\.me|wa\.me|x\.com/);
  });

  it("names the onion service where there is one, but not on a page of the form service", () => {
    const onion = `http://${"a".repeat(56)}.onion`;
    const there = { campaign: { ...many.campaign, onion } };
    expect(make("how", lang, there)).toContain(`<meta http-equiv="onion-location" content="${onion}/${lang}/how/">`);
    expect(make("confirm", lang, there)).not.toContain("onion");
    expect(make("how", lang)).not.toContain("onion");
    expect(make("safety", lang, there)).toContain(`<code class="print">${onion}/${lang}/</code>`);
    expect(make("safety", lang)).not.toContain(".onion");
  });
});
