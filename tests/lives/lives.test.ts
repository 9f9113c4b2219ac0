import fc from "fast-check";
import { inject, it } from "vitest";
import { live, lives } from "./life.ts";

const LIVES = Number(process.env.LIVES ?? 6);

it("brings nobody back who left, whatever happens to a campaign", async () => {
  const cpu = process.cpuUsage();
  await fc.assert(
    fc.asyncProperty(lives, ({ ending, number, steps }) => live(steps, { ending, seed: `${number}` })),
    { numRuns: LIVES, endOnFailure: true, seed: Number(process.env.CASES ?? inject("cases")) },
  );
  console.log(process.cpuUsage(cpu), process.resourceUsage());
});
