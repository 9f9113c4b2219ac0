import { describe, expect, it } from "vitest";
import { signingOn, stageOf } from "../../../scripts/letter/ledger/signing.ts";

const letter = "undersigned/v1 letter E";
const handover = "undersigned/v1 handover P C";

describe("how far a letter has come", () => {
  it.each([
    ["gathering", []],
    ["gathering", [letter]],
    ["handed_over", [letter, handover, letter]],
    ["destroyed", [letter, handover, "undersigned/v1 purge C"]],
  ] as const)("is %s by its ledger", (stage, entries) => {
    expect(stageOf(entries)).toBe(stage);
  });
});

describe("signatures", () => {
  const term = { opens: "2026-11-22", closes: "2026-11-30" };

  it.each([
    ["2026-11-21", "gathering", "not_open"],
    ["2026-11-22", "gathering", "open"],
    ["2026-11-30", "gathering", "open"],
    ["2026-11-30", "handed_over", "open"], // a second handover may follow
    ["2026-12-01", "gathering", "closed"],
    ["2026-12-01", "handed_over", "handed_over"],
    ["2026-11-25", "destroyed", "destroyed"],
  ] as const)("on %s, %s: %s", (day, stage, signing) => {
    expect(signingOn(day, term, stage)).toBe(signing);
  });

  it("are taken on any day where the campaign names none", () => {
    expect(signingOn("2030-01-01", {}, "gathering")).toBe("open");
  });
});
