import { describe, expect, it } from "vitest";
import { dayInWords } from "../../scripts/site/views/dates.ts";
import { numeral, plural } from "../../scripts/site/views/numerals.ts";

describe("a day in words", () => {
  it.each([
    ["2026-02-01", "۱۲ بهمن ۱۴۰۴ (۱ فوریهٔ ۲۰۲۶)", "1 February 2026"],
    ["2026-11-22", "۱ آذر ۱۴۰۵ (۲۲ نوامبر ۲۰۲۶)", "22 November 2026"],
    // Nowruz, and the last day of a leap year of the Iranian calendar.
    ["2025-03-20", "۳۰ اسفند ۱۴۰۳ (۲۰ مارس ۲۰۲۵)", "20 March 2025"],
    ["2025-03-21", "۱ فروردین ۱۴۰۴ (۲۱ مارس ۲۰۲۵)", "21 March 2025"],
  ])("%s", (day, fa, en) => {
    expect(dayInWords("fa", day)).toBe(fa);
    expect(dayInWords("en", day)).toBe(en);
  });
});

describe("a number", () => {
  it.each([
    [0, "۰", "0"],
    [25, "۲۵", "25"],
    [12345, "۱۲٬۳۴۵", "12,345"],
  ])("%d is written in the digits of the language", (value, fa, en) => {
    expect(numeral("fa", value)).toBe(fa);
    expect(numeral("en", value)).toBe(en);
  });

  it("has its own words for none, and one form for one", () => {
    const forms = { zero: "none", one: "one", other: "many" };
    for (const lang of ["fa", "en"] as const) {
      expect([0, 1, 2, 11, 100].map((value) => plural(lang, value, forms))).toEqual([
        "none",
        "one",
        "many",
        "many",
        "many",
      ]);
    }
  });
});
