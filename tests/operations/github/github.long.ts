import fc from "fast-check";
import { inject, it } from "vitest";
import { sizeOf } from "../../support/project/budget.ts";
import { onGitHub, operateOnGitHub } from "./operate.ts";

const numRuns = sizeOf("operations on GitHub");

it(`loses, doubles and forges nothing on GitHub, and nobody is stuck: ${numRuns} sequences`, async () => {
  await fc.assert(
    fc.asyncProperty(onGitHub, ({ number, steps }) => operateOnGitHub(steps, { ending: "names", seed: `${number}` })),
    { numRuns, seed: inject("cases") },
  );
});
