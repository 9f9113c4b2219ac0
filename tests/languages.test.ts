import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { en } from "../content/strings/en.ts";
import { fa } from "../content/strings/fa.ts";
import { root } from "./support/source.ts";

const content = join(root, "content");
const { languages } = parse(readFileSync(join(content, "campaign.yaml"), "utf8")) as { languages: string[] };
const files = (lang: string) => readdirSync(join(content, lang), { recursive: true, encoding: "utf8" }).sort();
const read = (lang: string, file: string) => readFileSync(join(content, lang, file), "utf8");

describe.each(languages.filter((lang) => lang !== "en"))("what the pages say in %s", (lang) => {
  it("is in the same files as in English", () => {
    expect(files(lang)).toEqual(files("en"));
  });

  it.each(files("en"))("has the shape of the English in %s", (file) => {
    expect(shapeOf(read(lang, file))).toEqual(shapeOf(read("en", file)));
  });
});

describe("the strings of both languages", () => {
  const [english, persian] = [textsOf(en), textsOf(fa)];
  // Persian has no form for zero alone or for two, English none for zero: a number's forms are each language's own.
  const common = (texts: Map<string, string>) =>
    [...texts.keys()].filter((key) => !/\.(zero|one|two|few|many)$/.test(key));

  it("have the same keys", () => {
    expect(common(persian)).toEqual(common(english));
  });

  it("take the same values", () => {
    const differs = (key: string) => placeholders(persian.get(key)).join() !== placeholders(english.get(key)).join();
    expect(common(english).filter(differs)).toEqual([]);
  });

  it("are never empty and never celebrate", () => {
    const texts = [...english, ...persian];
    expect(texts.filter(([, text]) => text.trim() === "" || text.includes("!"))).toEqual([]);
  });

  it("are Persian where they should be", () => {
    const arabicLetters = /[\u064a\u0643\u0660-\u0669]/; // ي, ك and the Arabic digits look alike and are other letters
    expect([...persian].filter(([, text]) => arabicLetters.test(text))).toEqual([]);
  });
});

/** Headings with their level, list items with their depth, table rows and paragraphs: a translation keeps them all. */
function shapeOf(markdown: string): string[] {
  const body = markdown.replace(/^---\n[\s\S]*?\n---\n/, "");
  return body.split("\n").flatMap((line) => {
    if (line.trim() === "") return [];
    const mark = line.match(/^(#+ |\s*(?:-|\d+\.) |\|(?: *-+ *\|)*)/)?.[1] ?? "text";
    return [mark.startsWith("|") ? `row of ${line.split("|").length - 2}` : mark];
  });
}

function textsOf(value: unknown, path = ""): Map<string, string> {
  if (typeof value === "string") return new Map([[path, value]]);
  if (typeof value !== "object" || value === null) return new Map();
  return new Map(
    Object.entries(value).flatMap(([key, inner]) => [...textsOf(inner, path === "" ? key : `${path}.${key}`)]),
  );
}

function placeholders(text = ""): string[] {
  return [...new Set(text.match(/\{\w+\}/g) ?? [])].sort();
}
