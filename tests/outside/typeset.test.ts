import { createHash } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { openTypesetter, type PageData, type Typesetter } from "../../scripts/outside/typeset.ts";

const TEMPLATE = `#import "/fonts.typ": latin, persian
#let data = json("/data.json")
#set document(title: data.title, date: none)
#set text(font: persian, lang: "fa", fallback: false)
#title()
#for name in data.names [+ #name]`;
const set = (setter: Typesetter, names: string[], title = "نامه"): Buffer =>
  Buffer.from(setter.pdf(TEMPLATE, { title, names }));

describe("the typesetter", () => {
  let setter: Typesetter;
  beforeAll(async () => {
    setter = await openTypesetter();
  });

  it("makes a tagged file with title and language, and no date", () => {
    const file = set(setter, ["علی‌رضا کیانی"]).toString("latin1");
    expect(file).toMatch(/^%PDF-1\.7/);
    expect(file).toMatch(/\/MarkInfo <<\s*\/Marked true/);
    expect(file).toContain("/StructTreeRoot");
    expect(file).toContain("/Lang (fa)");
    expect(file).toContain("/S /LI");
    expect(file).not.toMatch(/CreationDate|ModDate|CreateDate|ModifyDate/);
  });

  // Anyone who sets the same pages with the versions of the lock gets these bytes; a new version changes them.
  it("gives the same bytes on every machine", () => {
    const bytes = set(setter, ["علی‌رضا کیانی", "Nguyễn Thị Hòa", "王小明", "Ani Հայկ"]);
    expect(createHash("sha256").update(bytes).digest("hex")).toBe(
      "2bc1a853c7dc40f0da28ffaa28ac6980fe60b462225f881a67d6464d46351715",
    );
  });

  it("says which letters stand where, for search and for those who hear the page", () => {
    const words = textMaps(set(setter, ["Nguyễn Thị Hòa", "علی‌رضا", "דוד", "王小明", "Հայկ"]));
    for (const letter of "Nguyễnضرדו王小明Հ") expect(words, letter).toContain(letter);
  });

  it("takes letters from our own fonts, all embedded", () => {
    const file = set(setter, ["Sara سارا דוד 王"]).toString("latin1");
    const fonts = [...file.matchAll(/\/FontName \/[A-Z]{6}\+([\w-]+)/g)].map(([, name]) => name).sort();
    expect(fonts).toEqual([
      "DejaVuSans",
      "SourceSerif4-Regular",
      "UnifontExMono",
      "Vazirmatn-Regular",
      "Vazirmatn-SemiBold",
    ]);
    expect(file.match(/\/FontFile[23] /g)).toHaveLength(fonts.length);
  });

  it("shows the number of a character that no font has, and loses none", () => {
    const rare = set(setter, ["a\u{1B150}b"]);
    expect(rare.equals(set(setter, ["a[U+1B150]b"]))).toBe(true);
    expect(set(setter, ["a\u{200c}b"]).equals(set(setter, ["a[U+200C]b"]))).toBe(false);
  });

  it("takes nothing in a name for a command", () => {
    const hostile = ['#panic("x")', "*bold*", "$x$", "\\ #{", "= heading", "@ref", "<label>", "/* x", "// y", '"'];
    expect(() => set(setter, hostile, "#panic()")).not.toThrow();
    expect(textMaps(set(setter, ["*#$\\"]))).toMatch(/(?=.*\*)(?=.*#)(?=.*\$)/s);
  });

  it.each([
    ["#foo", "unknown variable: foo"],
    ['#read("/etc/hostname")', "failed to load file (access denied)"],
    ['#import "@preview/example:0.1.0"', "the template cannot be set"],
  ])("refuses the template %s in one line", (template, reason) => {
    const quiet = console.error;
    console.error = () => {};
    try {
      expect(() => setter.pdf(template, null as PageData)).toThrow(reason);
    } finally {
      console.error = quiet;
    }
  });

  it("sets pictures that it is given, and forgets them again", () => {
    const picture = new Map([
      ["/x.svg", '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'],
    ]);
    const template = '#image("/x.svg", alt: "a square")';
    expect(setter.pdf(template, null, picture).length).toBeGreaterThan(500);
    const quiet = console.error;
    console.error = () => {};
    expect(() => setter.pdf(template, null)).toThrow("cannot be set");
    console.error = quiet;
  });
});

/** The letters that the file's maps from glyphs to text speak of. */
function textMaps(file: Buffer): string {
  const pairs = file.toString("latin1").matchAll(/^<[0-9A-Fa-f]+> <([0-9A-Fa-f]+)>$/gm);
  return [...pairs].map(([, hex = ""]) => Buffer.from(hex, "hex").swap16().toString("utf16le")).join("");
}
