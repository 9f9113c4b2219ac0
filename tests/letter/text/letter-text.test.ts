import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseLetter } from "../../../scripts/letter/text/letter-text.ts";
import { renderMarkdown, runsOf } from "../../../scripts/letter/text/markdown.ts";
import { root } from "../../support/source.ts";

const read = (lang: string) => readFileSync(join(root, `content/${lang}/letter.md`), "utf8");
const letters = { en: parseLetter(read("en")), fa: parseLetter(read("fa")) };

describe.each(["en", "fa"] as const)("the letter in %s", (lang) => {
  const letter = letters[lang];

  it("stands as it was written: LF, NFC, one line feed at the end", () => {
    expect(read(lang)).toBe(read(lang).normalize("NFC").replaceAll("\r", "").trimEnd().concat("\n"));
  });

  it("has addressee, urgency, demands, closing and copies", () => {
    expect(letter).toMatchObject({ urgent: true });
    expect(letter.addressee).toHaveLength(5);
    expect(letter.cc).toHaveLength(3);
    expect(letter.blocks.filter(({ kind }) => kind === "bullet_list")).toHaveLength(1);
    expect(letter.blocks.slice(-3).map(({ role }) => role)).toEqual(["closing", "closing", "placeholder"]);
    expect(letter.blocks.slice(0, -3).every(({ role }) => role === "body")).toBe(true);
  });

  it("keeps every word of the text in its blocks, in order", () => {
    const body = read(lang).slice(read(lang).indexOf("\n---\n") + 5);
    const words = body.replace(/^ *- /gm, "").replace(/\s+/g, " ").trim();
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

describe("both languages of the letter", () => {
  it("have the same blocks", () => {
    const kinds = (lang: "en" | "fa") => letters[lang].blocks.map(({ kind, role }) => `${kind} ${role}`);
    expect(kinds("fa")).toEqual(kinds("en"));
  });

  it("make the same demands", () => {
    const items = (lang: "en" | "fa") => letters[lang].blocks.map(({ html }) => html.match(/<li>/g)?.length ?? 0);
    expect(items("fa")).toEqual(items("en"));
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
    ["no urgency", ""],
  ])("is refused with %s", (_, line) => {
    expect(() => parseLetter(read("en").replace("urgent: true", line))).toThrow("letter.md");
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
