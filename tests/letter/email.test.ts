import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dayAfter, dayOf, isDay } from "../../scripts/letter/day.ts";
import { canonicalEmail, mailboxOf, parseEmail } from "../../scripts/letter/email.ts";

describe("an address", () => {
  it.each([
    ["sara@example.org"],
    ["Sara.Azadi+letter@Example.ORG"],
    ["o'neil@example.co.uk"],
    ["a@b.museum"],
    ["sara@xn--mgbh0fb.xn--kgbechtv"],
    ["sara@köln.example"],
    ["x_y-z=1@sub.sub.example.com"],
  ])("is taken as it was typed: %s", (email) => {
    expect(parseEmail(email)).toEqual({ email });
    // Phones add blanks and direction marks around what is pasted.
    expect(parseEmail(`\u200f ${email}\u200e\n`)).toEqual({ email });
    expect(parseEmail(`\u202a${email}\u202c`)).toEqual({ email });
    expect(parseEmail(`\u061c\u2066${email}\u2069`)).toEqual({ email });
  });

  it.each([
    ["sara۱۲۳@example.org", "sara123@example.org"],
    ["٠٩sara@example.org", "09sara@example.org"],
    ["sara@۱۲.example", "sara@۱۲.example"],
  ])("has digits that other mail programs know before the @: %s", (typed, email) => {
    expect(parseEmail(typed)).toEqual({ email });
  });

  it.each([
    ["", "missing"],
    [" \u200f", "missing"],
    ["sara", "format"],
    ["@example.org", "format"],
    ["sara@", "format"],
    ["sara@localhost", "format"],
    ["sara@[127.0.0.1]", "format"],
    ["sara@127.0.0.1", "format"],
    ['"sara azadi"@example.org', "format"],
    ["sara@@example.org", "format"],
    ["sara@example..org", "format"],
    [".sara@example.org", "format"],
    ["sara.@example.org", "format"],
    ["sara@example.org,omid@example.org", "format"],
    ["sara@example.org\r\nBcc: x@example.org", "format"],
    ["sara\u0000@example.org", "format"],
    ["sara@example.org/path", "format"],
    ["sara@exa mple.org", "format"],
    ["sara@user:pass@example.org", "format"],
    ["sara@example.org:25", "format"],
    ["sara@%65xample.org", "format"],
    ["سارا@example.org", "format"],
    ["<sara@example.org>", "format"],
    [`${"a".repeat(65)}@example.org`, "format"],
    [`a@${"b".repeat(64)}.org`, "format"],
    [`a@${"b.".repeat(130)}org`, "format"],
    [`${"a".repeat(2000)}@example.org`, "format"],
  ])("is refused: %j", (raw, problem) => {
    expect(parseEmail(raw)).toEqual({ problem });
  });

  it.each([
    ["Sara@Example.org", "sara@example.org", true],
    ["sara+letter@example.org", "sara@example.org", true],
    ["s.a.r.a@gmail.com", "sara@googlemail.com", true],
    ["sara@köln.example", "sara@xn--kln-sna.example", true],
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
