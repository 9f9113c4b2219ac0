import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseCampaign } from "../../scripts/letter/campaign.ts";
import { PAGE_TEXTS } from "../../scripts/site/views/page-texts.ts";
import { STRINGS } from "../../scripts/site/views/strings.ts";
import { root } from "../support/source.ts";

const content = join(root, "content");
const { languages } = parseCampaign(readFileSync(join(content, "campaign.yaml"), "utf8"));
const files = (lang: string) => readdirSync(join(content, lang)).sort();

/** Every string by its path: "sign.title". */
function leaves(words: object, path = ""): Map<string, string> {
  return new Map(
    Object.entries(words).flatMap(([key, value]): [string, string][] =>
      typeof value === "string" ? [[`${path}${key}`, value]] : [...leaves(value, `${path}${key}.`)],
    ),
  );
}

const placeholders = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();
const shape = (markdown: string) => markdown.match(/^(#+|- |\d+\.|\|)/gm) ?? [];

describe("both languages", () => {
  it("are those of the campaign", () => {
    expect(Object.keys(STRINGS).sort()).toEqual([...languages].sort());
    expect(readdirSync(join(content, "strings")).sort()).toEqual([...languages].map((lang) => `${lang}.ts`).sort());
  });

  it.each(languages)("have the same files: %s", (lang) => {
    // What stands in the bag of a handover is no page.
    expect(files(lang)).toEqual(["handover", "letter", ...PAGE_TEXTS].map((name) => `${name}.md`).sort());
  });

  it.each(PAGE_TEXTS)("build %s.md of the same parts", (name) => {
    const [first, ...others] = languages.map((lang) => shape(readFileSync(join(content, lang, `${name}.md`), "utf8")));
    for (const other of others) expect(other).toEqual(first);
  });

  it("have the same strings, none of them empty", () => {
    const [first, ...others] = Object.values(STRINGS).map((words) => [...leaves(words)].map(([path]) => path).sort());
    for (const other of others) expect(other).toEqual(first);
    for (const words of Object.values(STRINGS)) {
      for (const [path, text] of leaves(words)) expect(text, path).toMatch(/^\S(.*\S)?$/u);
    }
  });

  it("fill in the same values", () => {
    for (const [path, text] of leaves(STRINGS.en)) {
      // Zero and one may say it in words.
      if (/\.(zero|one)$/.test(path)) continue;
      expect(placeholders(leaves(STRINGS.fa).get(path) ?? ""), path).toEqual(placeholders(text));
    }
  });
});

describe("the texts of the brief", () => {
  // The words that the campaign's owner gave; whoever changes them must mean it.
  it.each([
    ["fa", "tagline", "جایی امن برای گفتن داستان‌ها و تجربه‌هایمان، تا به امید دیدار."],
    ["en", "tagline", "A safe space for sharing our stories and experiences, until we meet."],
    [
      "en",
      "warning",
      "**Warning:** This content includes discussion of sexual violence and may be distressing to survivors",
    ],
    ["en", "signed-as", "Concerned individuals and supporters of human rights"],
    ["fa", "signed-as", "افراد دغدغه‌مند و حامیان حقوق بشر"],
  ])("stand in %s/%s.md", (lang, name, text) => {
    expect(readFileSync(join(content, lang, `${name}.md`), "utf8")).toBe(`${text}\n`);
  });
});

describe("the Persian", () => {
  const texts = new Map([
    ...[...leaves(STRINGS.fa)].filter(([path]) => path !== "language.tag" && path !== "language.dir"),
    ...files("fa").map((name): [string, string] => [
      `fa/${name}`,
      proseOf(readFileSync(join(content, "fa", name), "utf8")),
    ]),
    ["campaign.yaml", parseCampaign(readFileSync(join(content, "campaign.yaml"), "utf8")).site_title.fa ?? ""],
  ]);

  /** What people read: no front matter with postal addresses, no list numbers, no marks of Markdown, no numbers to dial or commands. */
  function proseOf(markdown: string): string {
    return markdown
      .replace(/`[^`\n]*`/g, "x")
      .replace(/^---\n[\s\S]*?\n---\n|\]\([^)\n]*\)|^\d+\. |^\|?[-|]+$|[[*#|]/gm, "");
  }

  it.each([
    ["an Arabic yeh or kaf", /[يىك]/u],
    ["Arabic digits", /[٠-٩]/u],
    ["a Western digit, but in the letters of a code", /[0-9]/u],
    ["a Latin comma, semicolon or question mark", /[,;?]/u],
    ["straight or curly quotation marks", /["“”]/u],
    ["a missing ZWNJ after می or نمی", /(?<![\p{L}\u200c])ن?می [\p{Script=Arabic}]/u],
    [
      "a می that is joined to its verb",
      /(?<![\p{L}\u200c])ن?می(شود|شوند|کند|کنیم|کنند|توان|توانید|توانند|خواهید|دهد|دهیم|دهید|آید|ماند|گوید|بینند)/u,
    ],
    ["a blank before ها", /\p{L} ها(ی|یی)?(?!\p{L})/u],
    ["a ZWNJ beside a blank, a mark or another ZWNJ", /[^\p{Script=Arabic}]\u200c|\u200c[^\p{Script=Arabic}]/u],
    ["an ezafe written as one character or as ه‌ی", /ۀ|ه\u200cی(?!\p{L})/u],
    ["a blank before a punctuation mark", / [،؛؟.!:](?!\.)/u],
    ["an exclamation mark", /!/u],
  ])("has nowhere %s", (_, pattern) => {
    for (const [path, text] of texts) {
      const words = text
        // The letters and digits that a code may hold stand in Latin on purpose.
        .replace("رقم‌های 0 و 1", "")
        .replace(/\{\w+\}|[A-Za-z][\w.]*/g, "x");
      expect(words, path).not.toMatch(pattern);
    }
  });

  it("is in NFC", () => {
    for (const [path, text] of texts) expect(text, path).toBe(text.normalize("NFC"));
  });

  it("says «نمایش دادن», never «نشان دادن», of names; and none of the words that frighten or mislead", () => {
    for (const [path, text] of texts) {
      expect(text, path).not.toMatch(
        /نشان داده شود|ناشناس|پلمب|پاک‌سازی|پاکسازی|اثر انگشت|ایست بازرسی|گاوصندوق|انصراف|ابطال/u,
      );
    }
  });
});
