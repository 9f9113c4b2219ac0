import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseCampaign } from "../../../scripts/letter/text/campaign.ts";
import { parseLetter } from "../../../scripts/letter/text/letter-text.ts";
import { renderMarkdown, runsOf } from "../../../scripts/letter/text/markdown.ts";
import { readLetterFile } from "../../support/letters.ts";
import { root } from "../../support/source.ts";

/** What every letter must obey: the one in `content/`, and those of the tests. */
const EVERY = ["content", "tests/letters/iran", "tests/letters/park"].flatMap((folder) =>
  parseCampaign(readFileSync(join(root, folder, "campaign.yaml"), "utf8")).languages.map((lang) => ({ folder, lang })),
);
const textOf = (folder: string, lang: string) => readFileSync(join(root, folder, lang, "letter.md"), "utf8");
const read = (lang: string) => readLetterFile("iran", `${lang}/letter.md`);

describe.each(EVERY)("the letter of $folder in $lang", ({ folder, lang }) => {
  const text = textOf(folder, lang);
  const letter = parseLetter(text);

  it("is LF and NFC, with one line feed at the end", () => {
    expect(text).toBe(text.normalize("NFC").replaceAll("\r", "").trimEnd().concat("\n"));
  });

  it("keeps every word of the text in its blocks, in order", () => {
    const body = text.slice(text.indexOf("\n---\n") + 5);
    const words = body
      .replace(/^ *(-|\d+\.|>|#+) /gm, "")
      .replace(/\s+/g, " ")
      .trim();
    expect(letter.blocks.map(({ text }) => text).join(" ")).toBe(words);
  });

  it("shows in its HTML the words of its blocks", () => {
    for (const { html, text } of letter.blocks) {
      const words = html
        .replace(/<\/?(bdi|strong|em)[^>]*>/g, "")
        .replace(/<[^>]+>/g, " ")
        .replace(/\s+/g, " ");
      expect(words.trim()).toBe(text);
    }
  });
});

describe.each(EVERY)("the letter of $folder", ({ folder, lang }) => {
  it(`has in ${lang} the same blocks and list items as in every other language`, () => {
    const shape = (of: string) =>
      parseLetter(textOf(folder, of)).blocks.map(
        ({ kind, role, html }) => `${kind} ${role} ${html.match(/<li>/g)?.length ?? 0}`,
      );
    for (const other of EVERY.filter((each) => each.folder === folder)) expect(shape(lang)).toEqual(shape(other.lang));
  });
});

describe.each(["en", "fa"] as const)("a letter with every part, in %s", (lang) => {
  it("has addressee, urgency, demands, closing and copies", () => {
    const letter = parseLetter(read(lang));
    expect(letter).toMatchObject({ urgent: true });
    expect(letter.addressee).toHaveLength(5);
    expect(letter.cc).toHaveLength(3);
    expect(letter.blocks.filter(({ kind }) => kind === "bullet_list")).toHaveLength(1);
    expect(letter.blocks.slice(-3).map(({ role }) => role)).toEqual(["closing", "closing", "placeholder"]);
    expect(letter.blocks.slice(0, -3).every(({ role }) => role === "body")).toBe(true);
  });
});

describe.each(["en", "fa"] as const)("a letter without what it can do without, in %s", (lang) => {
  it("is not urgent and goes to nobody in copy", () => {
    expect(parseLetter(readLetterFile("park", `${lang}/letter.md`))).toMatchObject({ urgent: false, cc: [] });
  });
});

describe("a letter", () => {
  const front = read("en").slice(0, read("en").indexOf("\n---\n") + 5);

  it("without a place for signatures is body to its end", () => {
    const { blocks } = parseLetter(`${front}\nOne.\n\nTwo.\n\nThree.\n\nFour.\n`);
    expect(blocks.map(({ role }) => role)).toEqual(["body", "body", "body", "body"]);
  });

  it("shows raw HTML as text, and neither images nor dangerous links", () => {
    const { blocks } = parseLetter(
      `${front}\n<script>alert(1)</script> ![x](https://a.example/x.png) [y](javascript:z)\n`,
    );
    const html = blocks.map((block) => block.html).join("");
    expect(html).not.toMatch(/<script|<img|href="javascript/);
    expect(html).toContain("&lt;script&gt;");
  });

  it.each([
    ["a field nobody knows", "urgent: true\ncolour: red"],
    ["an urgency that is none", "urgent: perhaps"],
  ])("is refused with %s", (_, line) => {
    expect(() => parseLetter(read("en").replace("urgent: true", line))).toThrow("letter.md");
  });

  it.each([
    ["urgent_label: URGENT\n", "urgent_label: an urgent letter needs it"],
    [/^cc_label: >-\n.*\n/m, "cc_label: a letter with copies needs it"],
    [/^title: >-\n.*\n/m, "title: "],
  ])("is refused without %s, and the error names file, field and rule", (line, told) => {
    expect(read("en")).toMatch(line);
    const parse = () => parseLetter(read("en").replace(line, ""), "content/en/letter.md");
    expect(parse).toThrow(`content/en/letter.md: front matter: ${told}`);
  });
});

describe("Latin words in a Persian text", () => {
  it.each([
    ["میثاق (ICCPR)، بر", ["ICCPR"]],
    ["شبکه (Amnesty Iran Network)، در Amnesty.org منتشر", ["Amnesty Iran Network", "Amnesty.org"]],
    ["حروف I، L، O و U", ["I", "L", "O", "U"]],
    ["بدون حرف لاتین ۱۲۳", []],
  ])("are found in «%s»", (text, words) => {
    const runs = runsOf(text);
    expect(runs.filter(({ latin }) => latin).map((run) => run.text)).toEqual(words);
    expect(runs.map((run) => run.text).join("")).toBe(text);
  });

  it("are isolated, while a Latin text stays as it is", () => {
    expect(renderMarkdown("میثاق (ICCPR)")).toContain('<bdi lang="en">ICCPR</bdi>');
    expect(renderMarkdown("the covenant (ICCPR)")).not.toContain("bdi");
  });
});
