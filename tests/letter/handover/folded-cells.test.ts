import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Cell, FEWEST, foldCells } from "../../../scripts/letter/handover/folded-cells.ts";

const cell = (value: string, people: number, unseen = people): Cell => ({ value, people, unseen });
const folded = (...cells: Cell[]) => {
  const { cells: open, other } = foldCells(cells);
  return { ...Object.fromEntries(open.map(({ value, people }) => [value, people])), ...(other && { other }) };
};

describe("small cells", () => {
  it("are left out of nothing when there are none", () => {
    expect(folded(cell("AU", 500), cell("DE", 10))).toEqual({ AU: 500, DE: 10 });
  });

  it("are never folded alone, for their number would then be what is missing", () => {
    expect(folded(cell("AU", 500), cell("CA", 60), cell("DE", 9))).toEqual({ AU: 500, other: 69 });
    expect(folded(cell("AU", 500), cell("CA", 60), cell("DE", 9), cell("FR", 3))).toEqual({ AU: 500, other: 72 });
    expect(folded(cell("fa", 500), cell("en", 9))).toEqual({ other: 509 });
  });

  it("are those of people whom the public list does not show", () => {
    // Anyone can count the 495 on the list, and would know of the other five.
    expect(folded(cell("AU", 500, 5), cell("CA", 60, 30), cell("DE", 80, 80))).toEqual({ DE: 80, other: 560 });
    // When the list shows everybody, there is nothing to hide.
    expect(folded(cell("AU", 500, 0), cell("CA", 12, 0))).toEqual({ AU: 500, CA: 12 });
  });

  it("make everything one number where nothing else hides them", () => {
    expect(folded(cell("AU", 3), cell("DE", 2))).toEqual({ other: 5 });
    expect(folded()).toEqual({});
  });

  const cells = fc
    .uniqueArray(fc.tuple(fc.string({ minLength: 1, maxLength: 2 }), fc.nat(40), fc.nat(40)), {
      selector: ([value]) => value,
      maxLength: 12,
    })
    .map((some) => some.map(([value, unseen, seen]) => cell(value, unseen + seen, unseen)));

  it("are in no number that is published, and everybody is in one", () => {
    fc.assert(
      fc.property(cells, (all) => {
        const secret = all.some(({ unseen }) => unseen > 0);
        const sizeOf = ({ people, unseen }: Cell) => (secret ? unseen : people);
        const { cells: open, other } = foldCells(all);
        for (const one of open) expect(sizeOf(one)).toBeGreaterThanOrEqual(FEWEST);
        const hidden = all.filter((one) => !open.includes(one));
        const size = hidden.reduce((sum, one) => sum + sizeOf(one), 0);
        if (open.length > 0 && other !== undefined) expect(size).toBeGreaterThanOrEqual(2 * FEWEST);
        const published = open.reduce((sum, { people }) => sum + people, other ?? 0);
        expect(published).toBe(all.reduce((sum, { people }) => sum + people, 0));
      }),
    );
  });

  // Someone who knows the rule, the public list and every possible population tries them all. `fewest` is 3, so that they can
  // be tried: what decides are the relations between the numbers.
  it.each([2, 3, 4])("cannot be computed by anyone, with %i values that everybody knows", (values) => {
    const fewest = 3;
    const found: string[] = [];
    for (const seen of vectors(values, [0, 1, 5]))
      for (let unseen = 1; unseen <= (values === 4 ? 10 : 13); unseen++) {
        const worlds = Map.groupBy(divisions(unseen, values), (division) => publishedOf(division, seen, fewest));
        for (const [published, alike] of worlds)
          for (let at = 0; at < values; at++) {
            const possible = new Set(alike.map((division) => division[at]!));
            const [only = 0] = possible;
            if (possible.size === 1 && only > 0 && only < fewest) found.push(`${seen} ${published}: ${at} is ${only}`);
          }
      }
    expect(found).toEqual([]);
  });
});

function publishedOf(unseen: readonly number[], seen: readonly number[], fewest: number): string {
  const cells = unseen.map((count, at) => cell("ABCD"[at]!, count + seen[at]!, count));
  const { cells: open, other } = foldCells(cells, fewest);
  return JSON.stringify([open.map(({ value, people }) => [value, people]).sort(), other]);
}

/** All ways to divide people among so many values. */
function divisions(people: number, values: number): number[][] {
  if (values === 1) return [[people]];
  return Array.from({ length: people + 1 }, (_, first) =>
    divisions(people - first, values - 1).map((rest) => [first, ...rest]),
  ).flat();
}

function vectors(length: number, of: readonly number[]): number[][] {
  if (length === 0) return [[]];
  return vectors(length - 1, of).flatMap((start) => of.map((last) => [...start, last]));
}
