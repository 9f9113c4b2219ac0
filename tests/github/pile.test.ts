import { expect, it } from "vitest";
import { takeOver } from "./pile.ts";

it("a pile for which the calls of an hour are too few shrinks with each run, withdrawals first", async () => {
  // Six calls above what a run leaves to others.
  const limits = { hour: 5000, workflow: 106, createsMinute: 80, createsHour: 500 };
  const runs = await takeOver({ sheets: 8, approved: 6, runs: 3, limits });
  expect(runs[0]).toMatchObject({ settled: expect.any(Number) });
  expect(runs[0]!.postponed).toBeGreaterThan(0);
  expect(runs[0]!.settled).toBeGreaterThan(1);
  expect(runs.at(-1)!.postponed).toBe(0);
  // The two calls that start the publication come out of what is left to others.
  for (const { calls } of runs) expect(calls).toBeLessThanOrEqual(10);
});
