import { expect, inject, it } from "vitest";
import { fuzz } from "./fuzz.ts";

it("answers whatever is sent to any address, in any order", async () => {
  const { statuses, failures } = await fuzz(`fuzz ${inject("seed")}`, 3);
  expect(failures).toEqual([]);
  // It got past the door: forms were taken, codes were right.
  expect(statuses[303]).toBeGreaterThan(0);
  expect(statuses[200]).toBeGreaterThan(0);
});
