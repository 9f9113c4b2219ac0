import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { newWithdrawalCode } from "../../scripts/letter/signature/code.ts";
import { confirmedPage } from "../../scripts/site/views/pages/confirmed-page.ts";
import { signaturesPage } from "../../scripts/site/views/pages/signatures-page.ts";
import { type Lang, STRINGS } from "../../scripts/site/views/strings.ts";
import { make } from "../site/gallery.ts";
import { listRow } from "../site/invented-site.ts";
import { fixedRandomness } from "../support/fixtures.ts";
import { type Gallery, startGallery } from "../support/servers/gallery-server.ts";
import { type Hearer, startScreenReader } from "../support/spoken/screen-reader.ts";
import type { Utterance } from "../support/spoken/speech-log.ts";

// What Orca 43 itself says is English. It is heard when somebody asks for it, with SPOKEN=on, on a machine that has Debian's
// packages orca, at-spi2-core, dbus-x11, xvfb, openbox, xdotool, python3-speechd, dconf-gsettings-backend and firefox-esr.
const canHear = startScreenReader !== undefined && process.env.SPOKEN === "on";
const random = fixedRandomness("spoken");
const drawn = <T>(from: readonly T[]): T => from[random(1)[0]! % from.length]!;
const withdrawalCode = newWithdrawalCode(random(26));
const persian = { name: drawn(["شیرین بهاری", "سارا آزادی", "کاوه کریمی"]), place: drawn(["هامبورگ", "سیدنی"]) };
const latin = { name: drawn(["Niamh Byrne", "Sara Ahmadi", "Jean Morel"]), place: drawn(["Cork", "Lyon"]) };

/** The kinds of pages that are not heard in full. */
const OTHERS = [
  ...["confirm", "confirm with a wrong code", "withdraw", "withdraw with a wrong code", "withdraw, code", "verify"],
  ...["verify with a state", "signatures by day", "shard", "how", "privacy", "safety", "support", "share", "not me"],
  ...["not me, done", "already signed", "closed", "paused", "expired", "not found", "taken down"],
];

let hearer: Hearer;
let gallery: Gallery;
beforeAll(async () => {
  if (!canHear) return;
  const rows = [listRow(2, persian), listRow(3, latin)];
  gallery = await startGallery({
    more: {
      "my code": (site, lang) => confirmedPage(site, lang, { s: "x", withdrawalCode }),
      "the list": (site, lang) => signaturesPage({ ...site, newest: rows }, lang, { shards: 1 }),
    },
  });
  hearer = await startScreenReader!();
});
afterAll(async () => {
  await hearer?.stop();
  await gallery?.close();
});

// Orca takes a second for what a person hears in one, and longer on a busy machine. What is not reached is left out by name.
const ENOUGH = 200_000;
let began = 0;
beforeEach((context) => {
  began ||= Date.now();
  if (Date.now() - began > ENOUGH) context.skip("there was no time left to hear it");
});

const both = ["fa", "en"] as const;
const open = (lang: Lang, name: string, until: string) => hearer.open(gallery.addressOf(name, lang), until);

describe.skipIf(!canHear)("heard with Orca and Firefox", () => {
  it.each(both)("the letter: its title once, one way out, and nothing of what is empty, in %s", async (lang) => {
    const { page, letter, nav } = STRINGS[lang];
    // The last link of the page.
    const heard = await open(lang, "letter", nav.share);
    expect(count(heard, "heading level 1")).toBe(1);
    expect(count(heard, page.quick_exit)).toBe(1);
    expect(count(heard, "statusbar")).toBe(0);
    expect(textsOf(heard)).toContain(letter.section_ends);
    // The address is English on every page, and the text is in the language of its page.
    expect(heard.find(({ text }) => text.includes("East 42nd"))?.language).toMatch(/^en/);
    const script = lang === "fa" ? /[\u0600-\u06ff]{2}/ : /^[A-Z].* [a-z]+ [a-z]+ [a-z]+/;
    const own = heard.filter(({ text }) => script.test(text));
    expect(own.length).toBeGreaterThan(10);
    expect(own.filter(({ language }) => language.startsWith(lang)).length / own.length).toBeGreaterThan(0.9);
  });

  it.each(both)(
    "the form: a choice is named first and then explained, and nothing is wrong yet, in %s",
    async (lang) => {
      const { sign } = STRINGS[lang];
      const heard = await open(lang, "sign", sign.send_code);
      for (const word of ["invalid", "statusbar"]) expect(count(heard, word), word).toBe(0);
      for (const [selector, name] of [
        ['[name="shown"][value="hidden"]', sign.hidden],
        ["#consent_handover", sign.consent_handover_short.split("{")[0]!.trim()],
      ] as const) {
        const said = (await hearer.focus(selector, name)).at(-1)!.text;
        expect(said.split(" ").length, said).toBeLessThanOrEqual(14);
      }
    },
  );

  it.each(both)("the withdrawal code can be taken down, in %s", async (lang) => {
    const { confirmed } = STRINGS[lang];
    const heard = await open(lang, "my code", confirmed.next);
    expect(textsOf(heard)).toContain(confirmed.title);
    const letters = textsOf(heard)
      .replace(/[^0-9A-Z ]/g, "")
      .replace(/ +/g, " ");
    expect(letters).toContain([...withdrawalCode].join(" "));
  });

  it.each(both)("asking four times for the heading before does not leave the page, in %s", async (lang) => {
    const { page, nav } = STRINGS[lang];
    await open(lang, "withdrawn", nav.share);
    const before = hearer.page.url();
    const heard: Utterance[] = [];
    for (let i = 0; i < 4; i++) heard.push(...(await hearer.press("shift+h", "heading level")));
    expect(hearer.page.url()).toBe(before);
    expect(count(heard, page.exit_one)).toBe(0);
  });

  it.each(both)(
    "a form that came back tells its problem once, and one that has to wait says so, in %s",
    async (lang) => {
      const { problems, message, sign } = STRINGS[lang];
      const heard = await open(lang, "sign with errors", problems.not_recorded);
      expect(count(heard, problems.title)).toBeLessThanOrEqual(2);
      await hearer.focus("#name", sign.your_name);
      await open(lang, "sign, too many", message.too_many.title);
      await hearer.focus("#busy button", sign.send_again);
    },
  );

  it.each(both)("names are in their own language, each before its place, in %s", async (lang) => {
    const { nav } = STRINGS[lang];
    const heard = await open(lang, "the list", nav.share);
    expect(heard.find(({ text }) => text.includes(persian.name))?.language).toMatch(/^fa/);
    expect(textsOf(heard)).toContain("heading level 3");
    expect(textsOf(heard)).toMatch(new RegExp(`${latin.name}\\s*[,،]\\s*${latin.place}`));
    expect(heard.filter(({ text }) => text.includes([..."EEEEEEEE"].join(" ")))).toHaveLength(1);
  });

  it.each(both)("a section that is skipped says where it ends, in %s", async (lang) => {
    const { page, letter } = STRINGS[lang];
    await open(lang, "letter", page.quick_exit);
    await hearer.focus('a[href="#after"]', letter.skip_section);
    await hearer.press("Return", letter.section_ends);
  });

  it.each(OTHERS.flatMap((name) => both.map((lang) => [name, lang] as const)))(
    "the page %s says its heading, and no false word before it, in %s",
    async (name, lang) => {
      const html = make(name, lang);
      const title = /<h1[^>]*>([^<]*)/.exec(html)?.[1] ?? "";
      // A browser tells the title of a page as well.
      const heard = await open(lang, name, "heading level 1");
      expect(textsOf(heard)).toContain(title.replaceAll("&#39;", "'"));
      for (const word of ["invalid", "statusbar"]) expect(count(heard, word), word).toBe(0);
    },
  );
});

const textsOf = (heard: readonly Utterance[]) => heard.map(({ text }) => text).join(" ");

const count = (heard: readonly Utterance[], words: string) =>
  heard.filter(({ text }) => text.includes(words) && !text.startsWith("Finished loading")).length;
