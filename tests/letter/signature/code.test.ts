import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { CODE_FIELD_LENGTH, parseCode } from "../../../scripts/letter/signature/code.ts";
import { root } from "../../support/source.ts";

type Typed = { what: string; typed: string; length: number; code: string | null };
const vectors = JSON.parse(readFileSync(join(root, "tests/vectors/codes/typed.json"), "utf8")) as Typed[];

it.each(vectors)("a code that was typed or pasted is found: $what", ({ typed, length, code }) => {
  expect(parseCode(typed, length)).toBe(code ?? undefined);
});

it("a text that is too long for the field, or tries the patterns, is passed over at once", () => {
  const pieces = ["A", "7 ", "A.", "-", "_ ", ":", "\u200c", "۷", "a7", "7KQM4TXR "];
  // Processor time: a busy machine is no fault of a pattern.
  const before = process.cpuUsage();
  for (const piece of pieces) {
    parseCode(piece.repeat(CODE_FIELD_LENGTH / piece.length), 26);
    expect(parseCode(piece.repeat(100_000), 8)).toBeUndefined();
  }
  expect(process.cpuUsage(before).user / 1000).toBeLessThan(1000);
});
