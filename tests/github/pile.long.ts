import { expect, inject, it } from "vitest";
import { someFaults } from "../support/github/fault.ts";
import { sizeOf } from "../support/project/budget.ts";
import { takeOver } from "./pile.ts";

const SHEETS = Math.min(1000, sizeOf("open sheets of a pile"));
const CALLS = SHEETS;
const limitsOf = (workflow: number) => ({ hour: 5000, workflow, createsMinute: 80, createsHour: 500 });

it(`${SHEETS} open sheets and ${CALLS} calls an hour: all is taken over within three runs`, async () => {
  const runs = await takeOver({ sheets: SHEETS, approved: SHEETS, runs: 100, limits: limitsOf(CALLS) });
  console.log(`${runs.length} runs: ${JSON.stringify(runs)}`);
  for (const { settled } of runs) expect(settled).toBeGreaterThan(0);
  expect(runs.length).toBeLessThanOrEqual(3);
}, 7_200_000);

it("500 open sheets, of which few are approved: reading takes at most 0.2 calls a sheet, merging at most 2", async () => {
  const [run, ...more] = await takeOver({ sheets: 500, approved: 10, runs: 1 });
  console.log(JSON.stringify(run));
  expect(more).toEqual([]);
  expect(run!.calls).toBeLessThanOrEqual(0.2 * 500 + 2 * run!.settled);
}, 1_800_000);

it("30 % of calls failing, heads and merged states that lag: nothing lost, nothing doubled, nothing wedged", async () => {
  const seed = inject("seed");
  const fails = someFaults(0.3, seed);
  // One step asks git several times, and nothing is tried again: if 30 % of these failed, no run would get anywhere.
  const gitFails = someFaults(0.03, seed + 1);
  const fault = (call: Parameters<typeof fails>[0]) =>
    call.operation.startsWith("git ") ? gitFails(call) : fails(call);
  const runs = await takeOver({ sheets: 60, approved: 50, runs: 60, fault, late: true });
  console.log(`seed ${seed}: ${JSON.stringify(runs)}`);
}, 1_800_000);
