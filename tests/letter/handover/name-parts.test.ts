import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splitName } from "../../../scripts/letter/handover/name-parts.ts";
import { parseName } from "../../../scripts/letter/signature/name.ts";

describe("a name in two parts", () => {
  it.each([
    // One word: databases demand a last name.
    ["Sukarno", "", "Sukarno"],
    ["علی‌رضا", "", "علی‌رضا"],
    ["王小明", "", "王小明"],
    ["김민준", "", "김민준"],
    // The last word.
    ["Sara Āzādī", "Sara", "Āzādī"],
    ["Dr. Maryam van der Berg", "Dr. Maryam van der", "Berg"],
    ["Maryam O’Neil", "Maryam", "O’Neil"],
    ["Nguyễn Thị Hòa", "Nguyễn Thị", "Hòa"],
    ["Анна Мария Иванова", "Анна Мария", "Иванова"],
    ["יעל כהן", "יעל", "כהן"],
    ["Արամ Խաչատրյան", "Արամ", "Խաչատրյան"],
    // In Arabic script the first word.
    ["زهرا میرزایی‌نژاد", "زهرا", "میرزایی‌نژاد"],
    ["علی‌رضا حسینی اصل", "علی‌رضا", "حسینی اصل"],
    ["سید محمد خاتمی", "سید محمد", "خاتمی"],
    ["سیده زهرا حسینی نسب", "سیده زهرا", "حسینی نسب"],
    ["سيّد علي الحسيني", "سيّد علي", "الحسيني"],
    ["سیدعلی موسوی", "سیدعلی", "موسوی"],
    // It belongs to the given name, and then nothing is left but this.
    ["سید علی", "", "سید علی"],
    // Where the family comes first and a blank says where it ends.
    ["山田 太郎", "太郎", "山田"],
    ["홍 길동", "길동", "홍"],
  ])("%s", (name, first, last) => {
    expect(splitName(name)).toEqual({ first, last });
  });

  it("has a last name, and loses no word, whatever the name", () => {
    const part = fc.string({
      unit: fc.constantFrom(..."aZéğ’.-1علیسیدهرضا\u200cيّ王小山田김ЖםՄ("),
      minLength: 1,
      maxLength: 5,
    });
    const word = fc.oneof(part, fc.constantFrom("سید", "سیده"));
    const typed = fc.array(word, { minLength: 1, maxLength: 6 }).map((words) => words.join(" "));
    fc.assert(
      fc.property(typed, (raw) => {
        const parsed = parseName(raw);
        if ("problem" in parsed) return;
        const { first, last } = splitName(parsed.name);
        expect(last).not.toBe("");
        expect([first, last].join(" ").trim().split(" ").sort()).toEqual(parsed.name.split(" ").sort());
      }),
      { numRuns: 500 },
    );
  });
});
