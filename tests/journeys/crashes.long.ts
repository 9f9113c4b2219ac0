import { inject, it } from "vitest";
import { sizeOf } from "../support/project/budget.ts";
import { runCrashes } from "./crashes.ts";

/** How many times the power is cut; a quiet machine takes about eight seconds for each. */
const CUTS = sizeOf("power cuts");

it(`loses no signature and doubles none over ${CUTS} power cuts`, async () => {
  const seed = inject("seed");
  console.log(`power cuts with seed ${seed} (repeat with SEED=${seed})`);
  await runCrashes({ seed, cuts: CUTS, atOnce: 10 });
});
