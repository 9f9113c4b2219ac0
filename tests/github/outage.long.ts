import { expect, inject, it } from "vitest";
import { surviveOutage } from "./outage.ts";

it("loses and doubles nothing in a long outage", async () => {
  const seed = inject("seed");
  console.log(`outage with seed ${seed} (repeat with SEED=${seed})`);
  const outage = await surviveOutage(16, seed);
  console.log(JSON.stringify(outage));
  expect(outage.listed).toBe(14);
  expect(outage.pushesCut).toBeGreaterThan(0);
}, 900_000);
