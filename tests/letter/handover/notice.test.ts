import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dayAfter } from "../../../scripts/letter/bytes/day.ts";
import {
  formatNotice,
  inOrder,
  type Notice,
  noticePath,
  parseNotice,
} from "../../../scripts/letter/handover/notice.ts";
import { openLedgerCheck } from "../../../scripts/letter/ledger/check.ts";
import { EMPTY_RECORD } from "../../../scripts/letter/signature/record.ts";
import { logNotice } from "../plain.ts";

const digest = (byte: number) => Buffer.alloc(32, byte).toString("base64url");
const handover: Notice = {
  kind: "handover",
  tag: "handover/2027-01-15",
  publicBag: digest(1),
  contactsBag: digest(2),
};
const remove: Notice = { kind: "remove", index: 17 };
const purge: Notice = { kind: "purge", tag: "handover/2027-01-15", contactsBag: digest(2) };

describe("a notice", () => {
  it("has one spelling, as the page about formats shows it", () => {
    expect(formatNotice(handover)).toBe(
      `---\nnotice: handover\ntag: handover/2027-01-15\npublic_bag: ${digest(1)}\ncontacts_bag: ${digest(2)}\n---\n`,
    );
    expect(formatNotice(purge)).toBe(`---\nnotice: purge\ntag: handover/2027-01-15\ncontacts_bag: ${digest(2)}\n---\n`);
    expect(noticePath(purge)).toBe("signatures/notices/purge-2027-01-15.md");
    expect(formatNotice(remove)).toBe("---\nnotice: remove\nindex: 17\n---\n");
    expect(noticePath(remove)).toBe("signatures/notices/remove-17.md");
  });

  it("is read as it was written", () => {
    const bytes = fc
      .uint8Array({ minLength: 32, maxLength: 32 })
      .map((array) => Buffer.from(array).toString("base64url"));
    const tag = fc.integer({ min: 0, max: 300_000 }).map((days) => `handover/${dayAfter("2001-01-01", days)}`);
    const notices = fc.oneof(
      fc.record({ kind: fc.constant("handover" as const), tag, publicBag: bytes, contactsBag: bytes }),
      fc.record({ kind: fc.constant("purge" as const), tag, contactsBag: bytes }),
      fc.record({ kind: fc.constant("remove" as const), index: fc.nat(999_999_999) }),
    );
    fc.assert(
      fc.property(notices, (notice) => {
        expect(parseNotice(formatNotice(notice))).toEqual(notice);
      }),
    );
  });

  it.each([
    ["another kind", formatNotice(purge).replace("purge", "pause")],
    ["a day that does not exist", formatNotice(purge).replace("01-15", "02-30")],
    ["another tag", formatNotice(purge).replace("handover/", "release/")],
    ["a digest of another length", formatNotice(purge).replace(digest(2), digest(2).slice(4))],
    ["a digest too many", formatNotice(handover).replace("handover\n", "purge\n")],
    ["a digest too few", formatNotice(purge).replace("purge\n", "handover\n")],
    ["text below", `${formatNotice(purge)}\nDestroyed.\n`],
    ["quotes", formatNotice(purge).replace("purge", '"purge"')],
    ["carriage returns", formatNotice(purge).replaceAll("\n", "\r\n")],
    ["another order", formatNotice(purge).replace(/(tag.*\n)(contacts.*\n)/, "$2$1")],
    ["an index that is no number", formatNotice(remove).replace("17", "seventeen")],
    ["an index with a zero in front", formatNotice(remove).replace("17", "017")],
    ["an index below zero", formatNotice(remove).replace("17", "-17")],
    ["an index in another spelling", formatNotice(remove).replace("17", "1e1")],
    ["an index that is too long", formatNotice(remove).replace("17", "1234567890")],
    ["two indexes", formatNotice(remove).replace("17", "17\nindex: 18")],
    ["a reason", formatNotice(remove).replace("17", "17\nreason: asked")],
    ["a removal of a tag", formatNotice(purge).replace("purge", "remove")],
    ["a script", formatNotice(purge).replace("---\n", "---js\n")],
  ])("with %s is refused", (_, text) => {
    expect(() => parseNotice(text)).toThrow();
  });
});

describe("a notice on main", () => {
  const entries = (notices: readonly Notice[]) =>
    notices.reduce((record, notice) => logNotice(record, notice)?.record ?? record, EMPTY_RECORD).entries;

  it("comes to the ledger once, the handover before its purge", () => {
    expect(inOrder([purge, handover])).toEqual([handover, purge]);
    const second: Notice = { kind: "remove", index: 9 };
    expect(inOrder([purge, remove, handover, second])).toEqual([second, remove, handover, purge]);
    expect(entries([handover, purge, handover, purge])).toEqual([
      `undersigned/v1 handover ${digest(1)} ${digest(2)}`,
      `undersigned/v1 purge ${digest(2)}`,
    ]);
  });

  it("cannot purge what was not handed over, nor hand the same contact details over under another public bag", () => {
    expect(() => entries([purge])).toThrow("names a contacts bag that no handover on the ledger has");
    expect(() => entries([handover, { ...handover, publicBag: digest(3) }])).toThrow("another handover on the ledger");
  });

  it("is held to the same rules by whoever checks the ledger", () => {
    const check = (lines: readonly string[]) => {
      const ledger = openLedgerCheck(() => true);
      for (const line of lines) ledger.add(line);
      return ledger.finish();
    };
    const [given, destroyed] = entries([handover, purge]) as [string, string];
    expect(() => check([given, destroyed])).not.toThrow();
    expect(() => check([destroyed])).toThrow("the purge names no contacts bag");
    expect(() => check([given, destroyed, destroyed])).toThrow("purged twice");
    expect(() => check([given, given])).toThrow("handed over twice");
  });
});
