import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { LetterError } from "../../../scripts/letter/bytes/error.ts";
import {
  formatSheet,
  parseSheet,
  SHEET_BYTES,
  sheetBranch,
  sheetOfBranch,
  sheetPath,
} from "../../../scripts/letter/signature/sheet.ts";
import { processorTime } from "../../support/busy-machine.ts";
import { root } from "../../support/source.ts";
import { invent, sheetOf, withdrawalsOf } from "../invented.ts";

const folder = join(root, "tests/vectors/sheet-text");
// A folder is a verdict: `taken`, or the code of the error with which everything in it is refused.
const cases = readdirSync(folder).flatMap((verdict) =>
  readdirSync(join(folder, verdict)).map((name) => ({ verdict, name })),
);

describe("a sheet", () => {
  it.each(cases)("$verdict: $name", ({ verdict, name }) => {
    const text = readFileSync(join(folder, verdict, name), "utf8");
    const before = Object.getOwnPropertyNames(Object.prototype);
    expect(verdictOn(text)).toBe(verdict);
    // A second reading says the same: gray-matter by itself remembers a text it failed on, and then calls it empty.
    expect(verdictOn(text)).toBe(verdict);
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect((globalThis as Record<string, unknown>).sheetRanCode).toBeUndefined();
  });

  it("has every case in which a sheet was ever refused", () => {
    expect(cases.length).toBeGreaterThan(100);
  });

  it("is read back as it was written", () => {
    for (const name of readdirSync(join(folder, "taken"))) {
      const text = readFileSync(join(folder, "taken", name), "utf8");
      expect(formatSheet(parseSheet(text))).toBe(text);
    }
  });

  const thousand = Array.from({ length: 1001 }, (_, i) => invent(i, "counted").row);

  it("has at most 1,000 rows", () => {
    const text = formatSheet(sheetOf(1, thousand.slice(0, 1000)));
    expect(verdictOn(text)).toBe("taken");
    expect(() => parseSheet(formatSheet(sheetOf(1, thousand)))).toThrow("at most 1,000 rows");
    const leaving = withdrawalsOf(
      1,
      thousand.map(({ id }) => id),
    );
    expect(() => parseSheet(formatSheet(leaving))).toThrow("at most 1,000 rows");
  });

  it("has at most 400,000 bytes, whatever they are", () => {
    const sheet = formatSheet(sheetOf(1, thousand.slice(0, 3)));
    const full = sheet + "x".repeat(SHEET_BYTES - sheet.length);
    expect(() => parseSheet(full)).toThrow("not a table");
    expect(() => parseSheet(`${full}x`)).toThrow("at most 400,000 bytes");
    expect(() => parseSheet(`${full.slice(0, -1)}é`)).toThrow("at most 400,000 bytes");
  });

  it("is refused when the text holds half a surrogate pair", () => {
    const text = formatSheet(sheetOf(1, [invent(0, "name").row]));
    expect(verdictOn(text.replace("علی", "علی\ud800"))).toBe("row");
    expect(verdictOn(text.replace("count", "count\udc00"))).toMatch(/^(yaml|sheet)$/);
  });

  it("says where it is wrong, and never what stands there", () => {
    const { row } = invent(0, "name");
    const text = formatSheet(sheetOf(1, [{ ...row, name: "see www.example.org" }]));
    const error = refusal(text);
    expect(error?.message).toBe("row 1: name breaks the rules of names");
  });

  it.each([
    ["a hundred thousand line feeds", `---\n${"\n".repeat(100_000)}---\n\n`],
    ["a hundred thousand blank lines with blanks", `---\n${" \n".repeat(100_000)}---\n\n`],
    ["forty thousand keys", `---\n${Array.from({ length: 40_000 }, (_, i) => `k${i}: 1\n`).join("")}---\n\n`],
    ["a hundred thousand commas", `---\na: {${",".repeat(100_000)}}\n---\n\n`],
    ["lists within lists", `---\na: ${"[".repeat(390_000)}\n---\n\n`],
    ["sequences within sequences", `---\n${"- ".repeat(190_000)}\n---\n\n`],
    ["front matter that never ends", `---\n${"a: b\n".repeat(70_000)}`],
    ["blanks in a cell", `${formatSheet(sheetOf(1, [invent(0).row]))}| ${" ".repeat(390_000)} |\n`],
    ["pipes", `${formatSheet(sheetOf(1, [invent(0).row]))}${" | ".repeat(130_000)}\n`],
  ])("is refused in no time when it is %s", (_what, text) => {
    expect(processorTime(() => expect(refusal(text)).toBeInstanceOf(LetterError))).toBeLessThan(500);
  });
});

describe("the branch of a sheet", () => {
  const { sheet } = sheetOf(1, []);

  it("names the sheet and nothing else", () => {
    expect(sheetBranch(sheet)).toBe(`pending/${sheet}`);
    expect(sheetPath(sheet)).toBe(`signatures/pending/${sheet}.md`);
    expect(sheetOfBranch(sheetBranch(sheet))).toBe(sheet);
    for (const branch of [
      "main",
      sheet,
      `pending/${sheet}/x`,
      `pending/${sheet}\n`,
      "pending/",
      "pending/..",
      `x/${sheet}`,
    ])
      expect(sheetOfBranch(branch)).toBeUndefined();
  });
});

function verdictOn(text: string): string {
  return refusal(text)?.code ?? "taken";
}

function refusal(text: string): LetterError | undefined {
  try {
    parseSheet(text);
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(LetterError);
    return error as LetterError;
  }
}
