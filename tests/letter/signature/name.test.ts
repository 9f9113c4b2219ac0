import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalEmail, parseEmail } from "../../../scripts/letter/signature/email.ts";
import {
  initialsOf,
  isInitials,
  matchKey,
  NAME_LENGTH,
  PLACE_LENGTH,
  parseName,
  parsePlace,
} from "../../../scripts/letter/signature/name.ts";
import { processorTime } from "../../support/busy-machine.ts";
import { root } from "../../support/source.ts";

function vector<T>(name: string): T {
  return JSON.parse(readFileSync(join(root, "tests/vectors/names", name), "utf8")) as T;
}
const taken = vector<Record<string, string[]>>("taken.json");
const refused = vector<{ problem: string; what: string; name: string }[]>("refused.json");
const cleaned = vector<{ what: string; typed: string; name: string }[]>("cleaned.json");
const matches = vector<{ one: string; other: string; match: boolean }[]>("match.json");
const initials = vector<{ name: string; initials: string }[]>("initials.json");
const everyName = Object.values(taken).flat();
/** What nobody sees, wherever keyboards and programs leave it, in a name that is taken. */
const UNSEEN =
  "\u200b\u200c\u200e\u200f\u2068\u2069\u202b\u202c\u061c\u00ad\ufeff\u2060\ufe0f\u180e\u034f \t\u00a0\n\u0000";
const unseen = (more = "") => fc.string({ unit: fc.constantFrom(...UNSEEN, ...more), maxLength: 4 });
const sprinkled = fc
  .tuple(
    fc.constantFrom(...everyName),
    fc.array(fc.tuple(fc.nat(40), unseen("\u200d\u202d\u202e\u0301\u094d")), { maxLength: 4 }),
  )
  .map(([name, pieces]) => pieces.reduce((text, [at, piece]) => text.slice(0, at) + piece + text.slice(at), name));

describe("a name", () => {
  it.each(Object.entries(taken))("is taken as it is written: %s", (_where, names) => {
    for (const name of names) expect([name, parseName(name)]).toEqual([name, { name: name.normalize("NFC") }]);
  });

  it.each(refused)("is refused for $problem: $what", ({ problem, name }) => {
    expect(parseName(name)).toMatchObject({ problem });
  });

  // A bracket at the end takes the name past the shortcut for plain ones.
  const letters = Array.from({ length: 0x700 }, (_, code) => String.fromCodePoint(code)).filter((one) =>
    /\p{L}/u.test(one),
  );
  const unit = fc.constantFrom(...letters, " ", ". ", "\u200c", "ftp", "http", "mailto");
  it("is judged alike whether it is plain or not", () => {
    const judged = (text: string) => JSON.stringify(parseName(text));
    fc.assert(
      fc.property(fc.string({ unit, minLength: 1, maxLength: 6 }), (name) => {
        const plain = name.trim();
        fc.pre(plain !== "");
        expect(judged(plain)).toBe(judged(`${plain} (`).replace(' ("}', '"}'));
      }),
      { numRuns: 2000 },
    );
    for (const one of letters) expect(judged(one)).toBe(judged(`${one} (`).replace(' ("}', '"}'));
  });

  it.each(cleaned)("loses what nobody sees: $what", ({ typed, name }) => {
    expect(parseName(typed)).toEqual({ name });
    expect(parsePlace(typed)).toEqual({ place: name });
  });

  it.each([
    ["Sara \u{1f600}", "characters", "\u{1f600}"],
    ["Sara|Azadi", "characters", "|"],
    ["-1 Sara", "characters", "-"],
    ["Sara/Azadi", "characters", "/"],
    ["Ｓara", "characters", "Ｓ"],
    ["Sara\ue000", "characters", "\ue000"],
    ["Sara \u202eidazA", "invisible", "\u202e"],
    ["S\u0430ra", "scripts", "\u0430"],
    ["علیreza", "scripts", "r"],
    ["Sa\u0301\u0302\u0303\u0304ra", "marks", "a"],
    ["Sa\u064bra", "marks", "a"],
    ["Sara \u0301", "marks", "\u0301"],
  ])("says which character it is refused for: %s", (typed, problem, character) => {
    expect(parseName(typed)).toEqual({ problem, character });
  });

  it("is not refused for parts that stand in a list of bad words", () => {
    for (const name of ["کسری", "سکونت", "زبیده", "Scunthorpe", "Dick Cockburn"])
      expect(parseName(name)).toEqual({ name });
  });

  it("keeps its own spelling, in NFC, with single blanks", () => {
    expect(parseName("  A\u0301kos \u00a0 Nagy ")).toEqual({ name: "\u00c1kos Nagy" });
    // Arabic yeh and kaf stay as they were typed: folding is only for comparing.
    expect(parseName("علي كريمي")).toEqual({ name: "علي كريمي" });
  });

  it("that was taken is taken again unchanged", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "grapheme" }), fc.constantFrom(...everyName), sprinkled), (raw) => {
        const first = parseName(raw);
        if ("name" in first) expect(parseName(first.name)).toEqual(first);
        const place = parsePlace(raw);
        if ("place" in place) expect(parsePlace(place.place)).toEqual(place);
      }),
      { numRuns: 2000 },
    );
  });

  it("is the same name with what nobody sees around it and beside its blanks", () => {
    fc.assert(
      fc.property(fc.constantFrom(...everyName), unseen(), unseen(), (name, one, other) => {
        const typed = one + name.replace(/ /g, `${one} ${other}`) + other;
        expect(parseName(typed)).toEqual(parseName(name));
      }),
      { numRuns: 500 },
    );
  });

  it("has a length in code points, judged before anything that walks it", () => {
    expect(parseName("𠀀".repeat(NAME_LENGTH))).toEqual({ name: "𠀀".repeat(NAME_LENGTH) });
    expect(parseName(`س${"\u064e".repeat(50_000)}`)).toEqual({ problem: "long" });
    expect(parseName("a".repeat(10_000_000))).toEqual({ problem: "long" });
  });

  it("never holds what a cell, a line or a spreadsheet would take for more than text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 20 }), (raw) => {
        const parsed = parseName(raw);
        if ("name" in parsed) expect(parsed.name).not.toMatch(/[|\n\r\t\0<>[\]{}*_`\\=+@]|^[-\s]|\s$/u);
      }),
      { numRuns: 5000 },
    );
  });
});

describe("a place", () => {
  it.each([
    "",
    "Melbourne",
    "تهران",
    "Frankfurt (Oder)",
    "75011 Paris",
    "’s-Hertogenbosch",
    "Washington, D.C.",
    "東京都",
  ])("is taken: %s", (place) => {
    expect(parsePlace(place)).toEqual({ place });
  });

  it("obeys the rules of names", () => {
    expect(parsePlace("see example.com")).toEqual({ problem: "link" });
    expect(parsePlace("12345")).toEqual({ problem: "letters" });
    expect(parsePlace("a".repeat(PLACE_LENGTH + 1))).toEqual({ problem: "long" });
    expect(parsePlace("@here")).toEqual({ problem: "link" });
  });
});

describe("initials", () => {
  it.each(initials)("of $name are $initials", ({ name, initials: expected }) => {
    expect(initialsOf(name)).toBe(expected);
  });

  it("of every name in the world are initials, and a name that can stand on a row", () => {
    for (const name of everyName) {
      const short = initialsOf(name);
      expect([name, isInitials(short)]).toEqual([name, true]);
      expect(parseName(short)).toEqual({ name: short });
    }
  });

  it("are told from a name", () => {
    for (const name of [
      "Maryam",
      "Maryam O’Neil",
      "M. Azadi",
      "م. رضایی",
      "Sara.",
      "",
      "M",
      "M..",
      "1.",
      "Ali. Rez.",
      "Ma.",
      "’M.",
    ])
      expect([name, isInitials(name)]).toEqual([name, false]);
  });
});

describe("the match key", () => {
  it.each(matches)("of $one and $other: $match", ({ one, other, match }) => {
    expect(matchKey(one) === matchKey(other)).toBe(match);
  });

  it("of a match key is itself", () => {
    for (const name of everyName) expect(matchKey(matchKey(name))).toBe(matchKey(name));
  });
});

describe("the time it takes to judge a text", () => {
  const pieces = [
    "a",
    ".",
    "-",
    " ",
    "@",
    "a.",
    "a-",
    "\u0301",
    "\u200c",
    "س\u200c",
    "a\u0301",
    "1",
    "co",
    "com.",
    "://",
    "(",
  ];
  const long = (length: number) =>
    pieces.flatMap((one) =>
      ["", "!", "a", "@a.com", "س"].map(
        (end) => `${one.repeat(Math.ceil(length / one.length)).slice(0, length)}${end}`,
      ),
    );
  const times = (texts: string[], judge: (text: string) => unknown) =>
    Math.max(
      ...texts.map((text) => {
        const twenty = () => {
          for (let i = 0; i < 20; i++) judge(text);
        };
        return processorTime(twenty) / 20;
      }),
    );

  it.each([
    ["a name", (text: string) => parseName(text), 400],
    ["a place", (text: string) => parsePlace(text), 240],
    ["an address", (text: string) => parseEmail(text), 1000],
    ["the canonical form of an address", (text: string) => canonicalEmail(`a@${text}`), 254],
    ["initials", (text: string) => isInitials(text), 100],
    ["a match key", (text: string) => matchKey(text), 100],
  ] as const)("is milliseconds for %s of the greatest length", (_what, judge, length) => {
    // A pattern that backtracks needs seconds at these lengths.
    expect(times(long(length), judge)).toBeLessThan(20);
    for (const text of long(100_000).slice(0, 20)) {
      if (length === 100) break;
      expect(processorTime(() => judge(text))).toBeLessThan(100);
    }
  });
});
