import { expect, it } from "vitest";
import { readSource } from "../../support/source.ts";
import { type Rush, simulate } from "./rush.ts";
import { ORGANISING, simulationTable, withTable } from "./table.ts";

const HOUR = 3_600_000;
const settings = { fileEvery: 6 * HOUR, fileAtLeast: 20, fileAtMost: 200, fileAtLatest: 72 * HOUR };
const rush: Rush = { aMinute: 100, shown: 0.5, moderators: 100, approvals: 2, settings, seed: 7 };
const run = (more: Partial<Rush>) => simulate({ ...rush, ...more });

it("is what organising.md says (npm run bench -- simulation writes it)", () => {
  const { text } = readSource(ORGANISING);
  expect(text).toBe(withTable(text, simulationTable()));
});

it("has nobody wait longer than a round, a review and a run of accept where there are enough moderators", () => {
  const { quiet, reading, most } = run({});
  for (const { half, last } of [quiet, reading]) {
    expect(half).toBeGreaterThan(3);
    expect(last).toBeLessThan(9);
  }
  expect(most).toBe("the next round of filing");
});

it("has names wait for the hours that it takes to read them, and the others not", () => {
  const { quiet, reading, most } = run({ moderators: 3 });
  // 72,000 names, read twice at 30 a minute, by one at any time.
  expect(reading.last).toBeGreaterThan(72_000 / 900 - 24);
  expect(reading.last).toBeLessThan(1.3 * (72_000 / 900) + 24);
  expect(quiet.last).toBeLessThan(12);
  expect(most).toBe("moderators");
});

it("accepts no more sheets in an hour than a run has time for, however many moderators there are", () => {
  const many = run({ aMinute: 20_000, shown: 0, moderators: 10_000 });
  // 28,800 sheets, of which a run takes seven seconds each for 25 minutes.
  expect(many.quiet.last).toBeGreaterThan(28_800 / 215 - 24);
  expect(many.most).toBe("accept");
});

it("loses nobody who is left over for a sheet of their own", () => {
  expect(run({ aMinute: 1, shown: 0.01 }).quiet.last).toBeLessThan(72 + 9);
  expect(run({ shown: 1 }).quiet).toEqual({ half: 0, last: 0 });
});
