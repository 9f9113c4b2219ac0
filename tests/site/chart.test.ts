import { describe, expect, it } from "vitest";
import { barChart } from "../../scripts/site/views/drawn/chart.ts";

const chart = {
  id: "batches",
  title: "Signatures <in> each batch",
  description: "Two batches.",
  parts: ["Accepted", "Not accepted"],
  bars: [
    { label: "1", values: [30, 10] },
    { label: "2", values: [20, 0] },
    { label: "3", values: [10, 0] },
  ],
};
const pieces = (markup: string) =>
  [...markup.matchAll(/<rect class="part-(\d)" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"/g)].map(
    ([, part, ...numbers]) => [part, ...numbers.map(Number)] as [string, number, number, number, number],
  );

describe("a chart", () => {
  it("draws each value in proportion, one on the other, and nothing for none", () => {
    const drawn = pieces(barChart("en", chart).toString());
    const [accepted, refused, second] = drawn as [(typeof drawn)[0], (typeof drawn)[0], (typeof drawn)[0]];
    expect(drawn.map(([part]) => part)).toEqual(["0", "1", "0", "0"]);
    expect(accepted[4]).toBeCloseTo(3 * refused[4], 0);
    expect(accepted[4]).toBeCloseTo(1.5 * second[4], 0);
    expect(refused[2] + refused[4]).toBeCloseTo(accepted[2], 0);
    expect(refused[1]).toBe(accepted[1]);
    expect(second[1]).toBeGreaterThan(accepted[1]);
  });

  it("runs from the left in Persian too, with Persian digits, and words that keep their direction", () => {
    const markup = barChart("fa", chart).toString();
    const [first, , second] = pieces(markup);
    expect(first![1]).toBeLessThan(second![1]);
    expect(markup).toContain(">\u20681\u2069</text>");
    expect(markup).toContain(">۴۰</text>");
  });

  it("has a name and a description, escaped, and no style of its own", () => {
    const markup = barChart("en", chart).toString();
    expect(markup).toContain('role="img" aria-labelledby="batches-text"');
    expect(markup).toContain("<figcaption>Signatures &lt;in&gt; each batch");
    expect(markup).not.toMatch(/style=|fill=/);
  });

  it("is left out where there are fewer than three bars", () => {
    expect(barChart("en", { ...chart, bars: chart.bars.slice(0, 2) }).toString()).toBe("");
    expect(barChart("en", { ...chart, bars: [] }).toString()).toBe("");
  });

  it("stays within its frame with 1,000 bars", () => {
    const bars = Array.from({ length: 1000 }, (_, i) => ({ label: String(i), values: [i % 200, 1] }));
    for (const [, x, y, width, height] of pieces(barChart("fa", { ...chart, bars }).toString())) {
      expect(x).toBeGreaterThanOrEqual(0);
      expect(x + width).toBeLessThanOrEqual(360.1);
      expect(y + height).toBeLessThanOrEqual(120);
    }
  });
});
