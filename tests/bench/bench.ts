/** How much of a comparison is done. */
export type Effort = {
  /** how long each side is measured */
  readonly seconds: number;
  /** for those whose work has a size */
  readonly signatures?: number;
  /** only to see that it runs: what comes out says nothing */
  readonly quick: boolean;
};

/** One number that was measured. A ratio has the unit `×`. */
export type Figure = {
  readonly name: string;
  readonly value: number;
  readonly unit: "×" | "/s" | "s" | "ms" | "MiB" | "MiB a minute" | "KiB" | "cores" | "";
  /** the lowest and the highest of several turns */
  readonly from?: number;
  readonly to?: number;
  /** the aim, if there is one */
  readonly atLeast?: number;
  readonly atMost?: number;
};

/** One comparison; a file `NAME.bench.ts` exports it as `bench`. */
export type Bench = {
  /** one line: what is measured, and against what */
  readonly about: string;
  /** what this machine lacks for it, if anything */
  lacking?(): string | undefined;
  run(effort: Effort): Promise<readonly Figure[]>;
};

/** Does its work for about so many milliseconds, and gives how often it did it in a second. */
export type Side = (milliseconds: number) => Promise<number>;

/** A ratio that is hoped for: the rate of one side over that of another. */
export type Aim = { readonly side: string; readonly over: string; readonly atLeast?: number };

const ROUNDS = 3;

/**
 * Lets the sides take turns, so that everything else the machine does meets all of them.
 *
 * @returns the median rate of each, with the lowest and the highest, and the ratios
 */
export async function compare(
  sides: Readonly<Record<string, Side>>,
  aims: readonly Aim[],
  { seconds }: Pick<Effort, "seconds">,
): Promise<Figure[]> {
  const rates = new Map(Object.keys(sides).map((name) => [name, [] as number[]]));
  // Code that has not run yet is slow: the first turn does not count.
  for (let round = 0; round <= ROUNDS; round++) {
    const milliseconds = (seconds * 1000) / (round === 0 ? 2 * ROUNDS : ROUNDS);
    for (const [name, side] of Object.entries(sides)) {
      const rate = await side(milliseconds);
      if (round > 0) rates.get(name)?.push(rate);
    }
  }
  const measured = [...rates].map(
    ([name, all]): Figure => ({
      ...{ name, value: median(all), unit: "/s" },
      ...{ from: Math.min(...all), to: Math.max(...all) },
    }),
  );
  const ratios = aims.map(({ side, over, atLeast }): Figure => {
    const value = median(rates.get(side) ?? []) / median(rates.get(over) ?? []);
    return { name: `${side} ÷ ${over}`, value, unit: "×", ...(atLeast !== undefined && { atLeast }) };
  });
  return [...measured, ...ratios];
}

/** A side that does this again and again, with so many in flight at once. @public */
export function inFlight(count: number, work: () => Promise<unknown>): Side {
  return async (milliseconds) => {
    const start = performance.now();
    let done = 0;
    const one = async () => {
      do {
        await work();
        done++;
      } while (performance.now() - start < milliseconds);
    };
    await Promise.all(Array.from({ length: count }, one));
    return (done * 1000) / (performance.now() - start);
  };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
