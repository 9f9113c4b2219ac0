import { expect, inject, it } from "vitest";
import { surviveOutage } from "./outage.ts";

it("loses and doubles nothing in a long outage", async () => {
  const seed = inject("seed");
  console.log(`outage with seed ${seed} (repeat with SEED=${seed})`);
  const outage = await surviveOutage(16, seed);
  console.log(JSON.stringify(outage));
  expect(outage.listed).toBe(14);
  // What was cut after the work was found again as a ref that exists.
  expect(outage.refsFound).toBeGreaterThan(0);
}, 900_000);
