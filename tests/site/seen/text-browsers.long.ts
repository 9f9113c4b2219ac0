import { describe, expect, it } from "vitest";
import { stringsIn } from "../../../scripts/site/views/strings.ts";
import { findTextBrowser } from "../../support/browsers/text-browser.ts";
import { crowd } from "../crowd.ts";
import { every, make, site } from "../gallery.ts";

const many = crowd(site);
const bare = (text: string) => text.replace(/[\s\u2066-\u2069]/g, "");
/** The words of a string, up to its first place for a value. */
const beginning = (words: string) => bare(words.split("{")[0]!);

for (const name of ["w3m", "lynx"] as const) {
  const browser = await findTextBrowser(name);
  describe.skipIf(browser === undefined)(`in the text browser ${name}`, () => {
    const show = (page: string, lang: "fa" | "en") => browser!(make(page, lang, many));

    it.each(every)("the page %s in %s begins with its ways out and has its heading", async (page, lang) => {
      const shown = await show(page, lang);
      const { page: words } = stringsIn(lang);
      for (const way of [words.skip_to_content, words.quick_exit]) expect(shown.slice(0, 400)).toContain(way);
      const heading = /<h1[^>]*>([\s\S]*?)<\/h1>/.exec(make(page, lang, many))![1]!.replace(/<[^>]*>/g, "");
      expect(bare(shown)).toContain(bare(heading.replaceAll("&#39;", "'")));
      // Neither language runs into what follows it.
      expect(shown.slice(0, 400)).not.toMatch(/English\S|فارسی\S/u);
    });

    it.each(["fa", "en"] as const)("the letter in %s is whole, each line of its address by itself", async (lang) => {
      const shown = await show("letter", lang);
      const { addressee, cc, blocks } = site.letters[lang];
      const lines = shown.split("\n").map((line) => line.trim());
      for (const line of [...addressee, ...cc]) expect(lines).toContain(line);
      for (const { text, kind } of blocks.filter(({ role }) => role === "body"))
        if (kind === "paragraph") expect(bare(shown)).toContain(bare(text));
    });

    it.each(["fa", "en"] as const)("the form in %s has its choices below each other", async (lang) => {
      const choices = (await show("sign", lang)).split("\n").filter((line) => /^ *\([ *]\)/.test(line));
      expect(choices.length).toBe(4);
      expect(choices[0]).toMatch(/^ *\(\*\)/);
    });

    // Without a script the code is sent.
    it.each(["fa", "en"] as const)("the check in %s promises nothing that only a script keeps", async (lang) => {
      const shown = bare(await show("verify", lang));
      const { verify } = stringsIn(lang);
      expect(shown).toContain(bare(verify.own_plain));
      const scripted = [verify.own_scripted, verify.in_browser, verify.check_all, verify.look_up, verify.send];
      for (const words of [...scripted, ...Object.values(verify.said)])
        expect(shown).not.toContain(beginning(words) || bare(words));
    });

    it.each(["fa", "en"] as const)("the withdrawal code in %s stands by itself", async (lang) => {
      expect(await show("confirmed", lang)).toMatch(/(^|\s)7KQM4TXR9HPD2B3C4D5E6F7G8H\s/);
    });
  });
}
