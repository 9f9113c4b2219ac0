import fc from "fast-check";
import { it } from "vitest";
import { operate } from "./operate.ts";
import { operations } from "./steps.ts";

/** A sequence takes seconds of a processor, most of them git's: `operations.long.ts` takes as many as there is time for. */
const SEQUENCES = 3;

it("loses, doubles and forges nothing, and nobody is stuck, whatever operators do", async () => {
  await fc.assert(
    fc.asyncProperty(operations(false, 6), ({ ending, number, steps }) =>
      operate(steps, { ending, seed: `${number}` }),
    ),
    { numRuns: SEQUENCES },
  );
});
