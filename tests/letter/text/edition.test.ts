import { describe, expect, it } from "vitest";
import { editionOf } from "../../../scripts/letter/text/edition.ts";

describe("an edition", () => {
  const edition = (texts: Record<string, string>) => editionOf(new Map(Object.entries(texts)));

  it("is one for each text in each language, whatever the order in which they are given", () => {
    expect(edition({ en: "a\n", fa: "b\n" })).toBe(edition({ fa: "b\n", en: "a\n" }));
    const others = [{ en: "a\n" }, { en: "b\n", fa: "a\n" }, { en: "a\nb\n", fa: "" }, { en: "", fa: "a\nb\n" }];
    for (const other of others) expect(edition(other)).not.toBe(edition({ en: "a\n", fa: "b\n" }));
  });

  it("is of a text in its one spelling", () => {
    expect(() => edition({ en: "a\r\n" })).toThrow(
      "content/en/letter.md: the text must have LF line ends and be in NFC",
    );
    expect(() => edition({ en: "a\n", fr: "e\u0301\n" })).toThrow("content/fr/letter.md");
    expect(() => edition({})).toThrow("one language at least");
  });
});
