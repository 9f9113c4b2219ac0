import { expect, inject, it } from "vitest";
import { surviveOutage } from "./outage.ts";

it.each([0, 1])("loses and doubles nothing in a long outage (%i)", async (more) => {
  const outage = await surviveOutage(16, inject("seed") + more);
  console.log(JSON.stringify(outage));
  expect(outage.listed).toBe(14);
  // What was cut after the work was found again as a ref that exists.
  expect(outage.refsFound).toBeGreaterThan(0);
});
