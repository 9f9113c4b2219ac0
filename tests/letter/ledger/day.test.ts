import { describe, expect, it } from "vitest";
import { acceptedByDay, dayOfEntry, formatLedgerDays, parseLedgerDays } from "../../../scripts/letter/ledger/day.ts";
import { outlineOf } from "../../../scripts/letter/ledger/outline.ts";

const days = [
  { day: "2026-11-22", size: 1 },
  { day: "2026-11-23", size: 4 },
  { day: "2026-11-30", size: 6 },
];

describe("the days of a ledger", () => {
  it("come back from their text", () => {
    const cutOff = [{ day: "", size: 3 }, ...days.slice(1)];
    for (const known of [days, cutOff, []]) expect(parseLedgerDays(formatLedgerDays(known))).toEqual(known);
  });

  it.each([
    "2026-11-22:4 2026-11-23:4",
    "2026-11-23:4 2026-11-22:5",
    "2026-11-31:4",
    "2026-11-22:04",
    "2026-11-22:4 ",
    "2026-11-22",
    "2026-11-22:x",
    "2026-11-22:4 :5",
    ":0",
  ])("are refused in another spelling: %s", (text) => {
    expect(() => parseLedgerDays(text)).toThrow(/ledger days/);
  });

  it("tell how many were accepted on each, and leave out those without any", () => {
    const accept = "undersigned/v1 accept E P C A";
    const entries = ["undersigned/v1 letter E", "undersigned/v1 batch 2 0 0", accept, accept];
    const later = ["undersigned/v1 withdraw 2", "undersigned/v1 batch 1 1 0"];
    expect(acceptedByDay(outlineOf([...entries, ...later]), days)).toEqual([{ day: "2026-11-23", accepted: 2 }]);
  });

  it("tell nothing of the entries from before a history that was cut off, and so no number of any day", () => {
    const cutOff = [{ day: "", size: 4 }, ...days.slice(2)];
    expect([0, 3, 4, 5, 6].map((index) => dayOfEntry(index, cutOff))).toEqual([
      undefined,
      undefined,
      "2026-11-30",
      "2026-11-30",
      undefined,
    ]);
    expect(acceptedByDay(outlineOf(Array(6).fill("undersigned/v1 accept E P C A")), cutOff)).toEqual([]);
  });
});
