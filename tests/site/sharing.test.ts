import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Resvg } from "@resvg/resvg-js";
import { HtmlValidate } from "html-validate";
import jsQR from "jsqr";
import { describe, expect, it } from "vitest";
import type { LedgerDay } from "../../scripts/letter/ledger/day.ts";
import { outlineOf } from "../../scripts/letter/ledger/outline.ts";
import { requestOf } from "../../scripts/letter/text/request.ts";
import { outlined, pngOf, widthOf } from "../../scripts/outside/picture.ts";
import { openTypesetter } from "../../scripts/outside/typeset.ts";
import { sitePages } from "../../scripts/site/pages.ts";
import { posterOf, stripsOf } from "../../scripts/site/printed/posters.ts";
import { openPrinter, type PrintedFile } from "../../scripts/site/printed/printed-file.ts";
import { readingLetterOf } from "../../scripts/site/printed/reading-letter.ts";
import { badgeSvg } from "../../scripts/site/views/drawn/badge.ts";
import { cardSvg } from "../../scripts/site/views/drawn/card.ts";
import { PICTURES, pictureSvg, SHAPES } from "../../scripts/site/views/drawn/picture.ts";
import { embedPage } from "../../scripts/site/views/pages/embed-page.ts";
import { readLetterFile } from "../support/letters.ts";
import { root } from "../support/source.ts";
import { crowd } from "./crowd.ts";
import { make, site } from "./gallery.ts";

const many = { ...site, ...crowd(site, 250) };
const named = { ...many, campaign: { ...many.campaign, preview_names_letter: true } };
const listed = { fa: "۲۵۰", en: "250" };
const home = "https://letter.example.org";
const telling = /Iran|ایران|Amnesty|عفو|United Nations|ملل|atrocit|جنایات/i;
// jsqr is an older kind of module: its function has the name `default`.
const readCode = jsQR as unknown as typeof jsQR.default;

/** What a typesetter makes of a file that no earlier build has kept. */
async function setAnew({ template, data, code }: PrintedFile): Promise<Uint8Array> {
  const read = (name: string) => readFileSync(join(root, `content/print/${name}.typ`), "utf8");
  const files = new Map([
    ["/code.svg", code],
    ["/text.typ", read("text")],
  ]);
  return (await openTypesetter()).pdf(read(template), data, files);
}

const datesIn = (xml: string) => [...xml.matchAll(/<pubDate>(.*)<\/pubDate>/g)].map(([, date]) => date);

/** The words of what is set, without blanks and without the marks that isolate those of another language. */
function wordsIn(data: unknown): string {
  if (typeof data !== "object" || data === null) return bare(String(data ?? ""));
  return Object.entries(data)
    .map(([name, part]) => (name === "tag" ? "" : wordsIn(part)))
    .join("");
}

const bare = (text: string) => text.replace(/[\s\u2066\u2068\u2069]/g, "");

describe.each(["fa", "en"] as const)("what is shared in %s", (lang) => {
  const letterFile = (of: typeof many = many) => readingLetterOf(of, lang, readLetterFile("iran", `${lang}/letter.md`));

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
    const news = ["Thu, 03 Dec 2026 00:00:00 GMT", "Tue, 24 Nov 2026 00:00:00 GMT"];
    expect(datesIn(xml)).toEqual([...news, "Wed, 25 Nov 2026 00:00:00 GMT", "Sun, 22 Nov 2026 00:00:00 GMT"]);
    expect(datesIn(feedOf([]))).toEqual(news);
    expect([...xml.matchAll(/<guid[^>]*>(.*)<\/guid>/g)].map(([, guid]) => guid!.replace(/^.*ledger\//, ""))).toEqual([
      "news/2026-12-03/1",
      "news/2026-11-24/1",
      "batch/2",
      "batch/1",
    ]);
    expect(xml).not.toContain("<bdi");
    const open: string[] = [];
    for (const [, end, name = "", alone] of xml.matchAll(/<(\/?)([a-zA-Z:]+)[^>]*?(\/?)>/g)) {
      if (end) expect(open.pop()).toBe(name);
      else if (!alone) open.push(name);
    }
    expect(open).toEqual([]);
  });

  it("leads by the code on everything that is printed to the letter, or to the choice of its language", () => {
    for (const [{ code }, address] of [
      [posterOf(many, [lang]), `${home}/${lang}/`],
      [stripsOf(many, lang), `${home}/${lang}/`],
      [letterFile(), `${home}/${lang}/`],
      [posterOf(many), `${home}/`],
    ] as const) {
      const { pixels, width, height } = new Resvg(code, { fitTo: { mode: "width", value: 400 } }).render();
      expect(readCode(new Uint8ClampedArray(pixels), width, height)?.data).toBe(address);
    }
    expect(posterOf(many, [lang]).data).toMatchObject({ address: `letter.example.org/${lang}/` });
    expect(posterOf(many).data).toMatchObject({ address: "letter.example.org" });
  });

  it("says on everything that is printed who runs the page, and nothing of how many have signed", () => {
    const sender = readLetterFile("iran", `${lang}/run-by.md`).trim();
    for (const { data } of [posterOf(many, [lang]), posterOf(many), stripsOf(many, lang), letterFile()]) {
      const text = wordsIn(data);
      expect(text).toContain(bare(sender));
      expect(text).not.toContain(listed[lang]);
    }
  });

  it("names on a strip only what the browser's tab says", () => {
    const { name, address, lines } = stripsOf(many, lang).data as Record<string, unknown>;
    expect([name, address, lines]).toEqual([
      many.campaign.site_title[lang],
      `letter.example.org/${lang}/`,
      [`letter.example.org/${lang}/`],
    ]);
  });

  it("breaks an address that is longer than a line", () => {
    const host = `${"a".repeat(55)}d.onion`;
    const { lines } = posterOf({ ...many, publicUrl: `http://${host}/` }, [lang]).data as { lines: string[] };
    expect(lines.join("")).toBe(`${host}/${lang}/`);
    expect(lines.length).toBe(2);
  });

  it("is, as a file to read, the whole letter with what it asks, its warning and its onion address, and without a name", () => {
    const onion = `http://${"a".repeat(56)}.onion`;
    const text = wordsIn(letterFile({ ...many, campaign: { ...many.campaign, onion } }).data);
    const { blocks } = many.letters[lang];
    for (const block of blocks.filter(({ role }) => role !== "placeholder")) expect(text).toContain(bare(block.text));
    expect(text).not.toContain(blocks.find(({ role }) => role === "placeholder")!.text);
    const request = requestOf(many.letters[lang], readLetterFile("iran", `${lang}/request.md`))!;
    expect(text.split(bare(request)).length - 1).toBe(2);
    expect(text).toContain(bare(readLetterFile("iran", `${lang}/warning.md`).replaceAll("**", "")));
    expect(text).toContain(`${onion}/${lang}/`);
    expect(text.includes("ملاک")).toBe(lang === "fa");
    expect(wordsIn(letterFile().data)).not.toContain(".onion");
    for (const { name } of many.newest!.filter(({ name }) => name !== "")) expect(text).not.toContain(bare(name));
  });

  it("is tagged, in its language, with a title, without author and day, and the same from every build", async () => {
    for (const file of [letterFile(), stripsOf(many, lang), posterOf(many, [lang]), posterOf(many)]) {
      const bytes = Buffer.from(await openPrinter()(file));
      expect(Buffer.from(await openPrinter()(file)).equals(bytes)).toBe(true);
      const text = bytes.toString("latin1");
      expect(text).toMatch(/^%PDF-1\.7/);
      expect(text).toMatch(/\/Marked true/);
      expect(text).toContain(`/Lang (${file.template === "poster" ? "" : lang}`);
      expect(text).toMatch(/\/Title [(<]/);
      expect(text).not.toMatch(/\/Author|CreationDate|ModDate|CreateDate|ModifyDate/);
    }
    // The cache may have had it; set anew it is the same.
    expect(Buffer.from(await setAnew(letterFile())).equals(Buffer.from(await openPrinter()(letterFile())))).toBe(true);
  });

  it("has pictures to post, which name the letter and its address within their edges", () => {
    for (const shape of SHAPES) {
      const svg = pictureSvg(many, lang, shape, widthOf);
      expect(svg).toMatch(telling);
      expect(svg).toContain(`letter.example.org/${lang}/`);
      const { width, height } = PICTURES[shape];
      const png = Buffer.from(pngOf(svg));
      expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([width, height]);
      for (const [, x = "", y = ""] of svg.matchAll(/<text x="(\d+)" y="([\d.]+)"/g))
        expect([Number(x) >= 100, Number(x) <= width - 100, Number(y) < height - 60]).toEqual([true, true, true]);
      const { x, y, width: drawn, height: tall } = new Resvg(outlined(svg.replace(/<rect[^>]*>/g, ""))).getBBox()!;
      expect([x > 60, y > 60, x + drawn < width - 60, y + tall < height - 60]).toEqual([true, true, true, true]);
    }
  });

  it("shows no count on a picture while few have signed", () => {
    for (const [people, shown] of [
      [29, false],
      [30, true],
    ] as const) {
      const few = { ...site, ...crowd(site, people) };
      const number = new Intl.NumberFormat(lang).format(people);
      for (const svg of [cardSvg(few, lang, widthOf), ...SHAPES.map((shape) => pictureSvg(few, lang, shape, widthOf))])
        expect(svg.includes(number)).toBe(shown);
    }
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
