import { afterEach, expect, it, vi } from "vitest";
import { compare } from "./bench.ts";

afterEach(() => void vi.restoreAllMocks());

it.each([
  [12, 4000, "0.0030×"],
  [997, 1000, "1.0×"],
  [3, 2, "1.50×"],
])("a comparison of %i with %i a second tells the ratio, not 0.00", async (ours, bare, ratio) => {
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  await compare({ ours: async () => ours, bare: async () => bare }, [{ side: "ours", over: "bare" }], 0);
  expect(log.mock.lastCall).toEqual([`  ours ÷ bare = ${ratio}`]);
});
