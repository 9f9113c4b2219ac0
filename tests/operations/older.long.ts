import fc from "fast-check";
import { describe, inject, it } from "vitest";
import { hasCommit } from "./older.ts";
import { operate } from "./operate.ts";
import { operations } from "./steps.ts";

/**
 * Programs of a first campaign that today's one may be put in the place of. Their code runs with today's packages, so one
 * that cannot any more is replaced by a later one.
 */
const OLDER = ["36df207", "da54756", "e95f172"];

describe("goes on with the data folder of an older program", () => {
  // What a shallow clone does not have is skipped by name.
  for (const older of OLDER)
    it.runIf(hasCommit(older))(`that of ${older}, and then anything happens`, async () => {
      await fc.assert(
        fc.asyncProperty(operations(false, 6), ({ ending, number, steps }) =>
          operate(steps, { ending, seed: `${older}/${number}`, older }),
        ),
        { numRuns: 1, seed: inject("cases") },
      );
    });
});
