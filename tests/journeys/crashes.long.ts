import { describe, inject, it } from "vitest";
import { runCrashes } from "./crashes.ts";

const first = inject("seed");

describe.each([first, first + 1, first + 2])("forty power cuts, seed %i", (seed) => {
  it("lose no signature and double none", async () => {
    console.log(`power cuts with seed ${seed} (repeat with SEED=${seed})`);
    await runCrashes({ seed, cuts: 40, atOnce: 25 });
  });
});
