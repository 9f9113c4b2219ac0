import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseCampaign } from "../../scripts/letter/text/campaign.ts";
import { parseLetter } from "../../scripts/letter/text/letter-text.ts";
import { BAG_TEXTS } from "../../scripts/site/content-check.ts";
import { KEPT_TEXTS, OPTIONAL_TEXTS, OWN_TEXTS } from "../../scripts/site/views/page-texts.ts";
import { STRINGS } from "../../scripts/site/views/strings.ts";
import { readLetterFile } from "../support/letters.ts";
import { root } from "../support/source.ts";
import { slipsIn } from "./persian.ts";

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
    const present = OPTIONAL_TEXTS.filter((name) => existsSync(join(content, languages[0]!, `${name}.md`)));
    expect(files(lang)).toEqual(
      ["letter", ...BAG_TEXTS, ...OWN_TEXTS, ...KEPT_TEXTS, ...present].map((name) => `${name}.md`).sort(),
    );
  });

  it.each(files(languages[0]!))("build %s of the same parts", (name) => {
    const [first, ...others] = languages.map((lang) => shape(readFileSync(join(content, lang, name), "utf8")));
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

// Change them only if the owner agrees. Another letter has another title, and other texts.
const titleOf = (letter: string) => parseLetter(letter).title;
const isOwners =
  titleOf(readFileSync(join(content, "fa/letter.md"), "utf8")) === titleOf(readLetterFile("iran", "fa/letter.md"));
describe.runIf(isOwners)("the texts of the campaign's owner", () => {
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

  it.each(languages)(
    "are whole in %s: with the warning, the safety note, the helplines and all that a letter can have",
    (lang) => {
      // There is no news before the letter is live.
      const owned = OPTIONAL_TEXTS.filter((name) => name !== "updates");
      expect(files(lang)).toEqual(expect.arrayContaining(owned.map((name) => `${name}.md`)));
    },
  );
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

  it("is that of a careful editor", () => {
    const slips = [...texts].flatMap(([path, text]) => slipsIn(text).map((slip) => `${path}: ${slip}`));
    expect(slips).toEqual([]);
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
