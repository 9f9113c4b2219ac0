import { expect, it } from "vitest";
import { tryForgeries } from "./forgeries.ts";

it("accepts none of 2,000 forged, altered, swapped or expired confirmations", async () => {
  const { kinds, left, rows } = await tryForgeries({ seed: 1, attempts: 2000, rows: 40 });
  expect(Math.min(...Object.values(kinds))).toBeGreaterThan(50);
  expect(left).toBeLessThan(rows);
});
