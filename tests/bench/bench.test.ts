import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { compare, type Figure } from "./bench.ts";
import { figureText } from "./results/figure-text.ts";
import { keepResults } from "./results/results.ts";

it.each([
  [12, 4000, "0.0030×"],
  [997, 1000, "1.0×"],
  [3, 2, "1.50×"],
])("a comparison of %i with %i a second tells the ratio, not 0.00", async (ours, bare, ratio) => {
  const sides = { ours: async () => ours, bare: async () => bare };
  const figures = await compare(sides, [{ side: "ours", over: "bare" }], { seconds: 0 });
  expect(figures.at(-1)?.name).toBe("ours ÷ bare");
  expect(figureText(figures.at(-1)!)).toBe(ratio);
});

it.each<[Omit<Figure, "name">, string]>([
  [{ value: 0.75, unit: "×", atMost: 0.75 }, "0.75×, aim: at most 0.75×"],
  [{ value: 0.76, unit: "×", atMost: 0.75 }, "0.76×, aim: at most 0.75×, missed"],
  [{ value: 999, unit: "/s", atLeast: 1000 }, "999/s, aim: at least 1000/s, missed"],
  [{ value: 12.34, unit: "ms", from: 1.234, to: 4567.8 }, "12.3 ms (1.23 to 4,568)"],
  [{ value: Number.NaN, unit: "ms", atMost: 5 }, "NaN ms, aim: at most 5 ms, missed"],
])("a figure %j reads %s", (figure, text) => {
  expect(figureText({ name: "it", ...figure })).toBe(text);
});

it("a result takes the place of its own former one and leaves the others", () => {
  const folder = mkdtempSync(join(tmpdir(), "undersigned-results-"));
  try {
    const result = (value: number, ...more: Figure[]) => ({
      ...{ about: "this against that", day: "2026-11-23", machine: "A machine.", effort: "6 s a side" },
      figures: [{ name: "a <b> & c", value, unit: "ms" } as const, ...more],
    });
    keepResults(folder, { first: result(1), second: result(2, { name: "more", value: 4, unit: "ms" }) });
    keepResults(folder, { first: result(3) });
    const page = readFileSync(join(folder, "RESULTS.md"), "utf8");
    expect(page.match(/^\| a .*$/gm)).toEqual(["| a <b> & c | 3 ms |", "| a <b> & c | 2 ms |"]);
    expect(page).toContain("(results/second.svg)");
    // One bar alone compares nothing.
    expect(readdirSync(join(folder, "results")).sort()).toEqual(["results.json", "second.svg"]);
    const chart = readFileSync(join(folder, "results/second.svg"), "utf8");
    expect(chart).toContain("a &lt;b> &amp; c");
    const [one, other] = [...chart.matchAll(/width="([\d.]+)" height="18"/g)].map(([, width]) => Number(width));
    expect(one).toBeCloseTo(other! / 2);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
