import { afterEach, describe, expect, it, vi } from "vitest";
import { CAMPAIGNS, sizeOf } from "./budget.ts";

const names = Object.keys(CAMPAIGNS) as (keyof typeof CAMPAIGNS)[];

describe("the time of the long tests", () => {
  afterEach(() => vi.unstubAllEnvs());

  it("is theirs without a budget", () => {
    // Somebody may run all tests with one.
    vi.stubEnv("BUDGET", undefined);
    for (const name of names) expect(sizeOf(name)).toBe(CAMPAIGNS[name].whole);
  });

  it("is divided among the campaigns in one proportion, and none shrinks to nothing", () => {
    for (const name of names) {
      expect(sizeOf(name, "1m")).toBe(CAMPAIGNS[name].least);
      expect(sizeOf(name, "25m")).toBeGreaterThanOrEqual(CAMPAIGNS[name].least);
      expect(sizeOf(name, "25m")).toBeLessThan(CAMPAIGNS[name].whole);
      expect(sizeOf(name, "8h")).toBeGreaterThan(CAMPAIGNS[name].whole);
    }
    expect(sizeOf("sequences in two worlds", "25m") / 20_000).toBeCloseTo(sizeOf("forgeries", "25m") / 1_000_000, 2);
  });

  it.each(["", "30", "0m", "-5m", "1d", "m", "3.5h"])("is refused when it says %j", (budget) => {
    if (budget === "") expect(sizeOf("forgeries", budget)).toBe(CAMPAIGNS.forgeries.whole);
    else expect(() => sizeOf("forgeries", budget)).toThrow("as in 30m or 8h");
  });
});
