import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dayAfter, dayOf, isDay } from "../../../scripts/letter/bytes/day.ts";
import { canonicalEmail, mailboxOf, parseEmail } from "../../../scripts/letter/signature/email.ts";
import { slipOf } from "../../../scripts/letter/signature/mail-slip.ts";
import { root } from "../../support/source.ts";

function vector<T>(name: string): T {
  return JSON.parse(readFileSync(join(root, "tests/vectors/emails", name), "utf8")) as T;
}
const taken = vector<string[]>("taken.json");
const undone = vector<{ what: string; typed: string; email: string }[]>("undone.json");
const refused = vector<{ problem: string; what: string; typed: string; character?: string }[]>("refused.json");
const slips = vector<{ typed: string; meant: string | null }[]>("slips.json");

describe("an address", () => {
  it.each(taken)("is taken as it was typed: %s", (email) => {
    expect(parseEmail(email)).toEqual({ email });
  });

  it.each(undone)("loses what programs and keyboards put there: $what", ({ typed, email }) => {
    expect(parseEmail(typed)).toEqual({ email });
  });

  it.each(refused)("is refused for $problem: $what", ({ problem, typed, character }) => {
    expect(parseEmail(typed)).toEqual(character === undefined ? { problem } : { problem, character });
  });

  it("that was taken is taken again unchanged, whatever was put around it or into it", () => {
    const pieces = fc.constantFrom(
      ..."\u200b\u200c\u200f\u202a\u2069\ufeff \t\n<>()[]\"'«».,;:،؛@＠۱٣يكی؟?",
      "mailto:",
      "Sara ",
      "e\u0301",
    );
    const sprinkled = fc
      .tuple(fc.constantFrom(...taken), fc.array(fc.tuple(fc.nat(40), pieces), { maxLength: 4 }))
      .map(([email, more]) => more.reduce((text, [at, one]) => text.slice(0, at) + one + text.slice(at), email));
    fc.assert(
      fc.property(fc.oneof(sprinkled, fc.emailAddress(), fc.string({ unit: "grapheme" })), (typed) => {
        const parsed = parseEmail(typed);
        if ("email" in parsed) expect(parseEmail(parsed.email)).toEqual(parsed);
      }),
      { numRuns: 2000 },
    );
  });

  it.each(slips)("$typed is asked about: did you mean $meant?", ({ typed, meant }) => {
    expect(slipOf(typed)).toBe(meant ?? undefined);
    // What is offered is an address, and nobody is asked about it again.
    if (meant !== null) expect([parseEmail(meant), slipOf(meant)]).toEqual([{ email: meant }, undefined]);
  });

  it.each([
    ["Sara@Example.org", "sara@example.org", true],
    ["sara+letter@example.org", "sara@example.org", true],
    ["s.a.r.a@gmail.com", "sara@googlemail.com", true],
    ["sara@köln.example.org", "sara@xn--kln-sna.example.org", true],
    ["s.ara@example.org", "sara@example.org", false],
    ["sara@example.org", "sara@example.com", false],
    ["+1@example.org", "+2@example.org", false],
  ])("%s and %s may be one mailbox: %s", (one, other, same) => {
    expect(canonicalEmail(one) === canonicalEmail(other)).toBe(same);
  });

  it.each([
    ["S.a.r.a+letter@googlemail.com", "sara@gmail.com"],
    ["sara+letter@Outlook.com", "sara@outlook.com"],
    ["s.ara+letter@hotmail.com", "s.ara@hotmail.com"],
    ["sara+1@icloud.com", "sara@icloud.com"],
    ["sara+1@proton.me", "sara@proton.me"],
    ["sara+1@fastmail.com", "sara@fastmail.com"],
    ["letter@sara.fastmail.com", "sara@fastmail.com"],
    ["Sara+Letter@KÖLN.example.org", "sara+letter@xn--kln-sna.example.org"],
    ["s.ara@example.org", "s.ara@example.org"],
    ["sara-1@yahoo.com", "sara-1@yahoo.com"],
    ["sara+1@gmail.com.example.org", "sara+1@gmail.com.example.org"],
    ["x@sara.gmail.com", "x@sara.gmail.com"],
    ["+1@gmail.com", "+1@gmail.com"],
  ])("%s is known to lead to %s", (email, mailbox) => {
    expect(mailboxOf(email)).toBe(mailbox);
  });

  it("that is known to lead to one mailbox with another may lead to it", () => {
    const local = fc.stringMatching(/^[a-z+.]{1,8}$/);
    const domain = fc.constantFrom("gmail.com", "googlemail.com", "fastmail.fm", "a.fastmail.fm", "example.org");
    const address = fc.tuple(local, domain).map((parts) => parts.join("@"));
    fc.assert(
      fc.property(address, address, (one, other) => {
        expect(mailboxOf(mailboxOf(one))).toBe(mailboxOf(one));
        if (mailboxOf(one) === mailboxOf(other)) expect(canonicalEmail(one)).toBe(canonicalEmail(other));
      }),
    );
  });
});

describe("a day", () => {
  it("is one of the calendar, in UTC", () => {
    for (const day of ["2026-11-23", "2024-02-29", "2000-01-01", "2999-12-31"]) expect(isDay(day)).toBe(true);
    for (const day of [
      "2026-02-30",
      "2025-02-29",
      "2026-13-01",
      "2026-00-10",
      "2026-1-1",
      "1999-12-31",
      "3000-01-01",
      "2026-11-23T00:00:00Z",
      "2026-11-23\n",
      "۲۰۲۶-۱۱-۲۳",
      "",
    ])
      expect([day, isDay(day)]).toEqual([day, false]);
    expect(dayOf(new Date("2026-11-23T23:59:59.999+03:30"))).toBe("2026-11-23");
    expect(dayOf(new Date("2026-11-23T02:00:00+03:30"))).toBe("2026-11-22");
    expect([dayAfter("2026-12-31", 1), dayAfter("2024-03-01", -1)]).toEqual(["2027-01-01", "2024-02-29"]);
  });
});
