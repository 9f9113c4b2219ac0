/** One comparison; a file `NAME.bench.ts` exports it as `bench`. */
export type Bench = {
  /** one line: what is measured, and against what */
  readonly about: string;
  /** Measures each side for about so many seconds, and prints what came out; some take so many signatures instead. */
  run(seconds: number, signatures?: number): Promise<void>;
};

/** Does its work for about so many milliseconds, and gives how often it did it in a second. */
export type Side = (milliseconds: number) => Promise<number>;

/** A ratio that is hoped for: the rate of one side over that of another. */
export type Aim = { readonly side: string; readonly over: string; readonly atLeast?: number };

const ROUNDS = 3;

/**
 * Lets the sides take turns, so that everything else the machine does meets all of them, and prints the median rate of
 * each, with the lowest and the highest, and the ratios.
 */
export async function compare(
  sides: Readonly<Record<string, Side>>,
  aims: readonly Aim[],
  seconds: number,
): Promise<void> {
  const rates = new Map(Object.keys(sides).map((name) => [name, [] as number[]]));
  // Code that has not run yet is slow: the first turn does not count.
  for (let round = 0; round <= ROUNDS; round++) {
    const milliseconds = (seconds * 1000) / (round === 0 ? 2 * ROUNDS : ROUNDS);
    for (const [name, side] of Object.entries(sides)) {
      const rate = await side(milliseconds);
      if (round > 0) rates.get(name)?.push(rate);
    }
  }
  const width = Math.max(...[...rates.keys()].map((name) => name.length));
  for (const [name, all] of rates) {
    const [low, high] = [Math.min(...all), Math.max(...all)];
    console.log(`  ${name.padEnd(width)}  ${perSecond(median(all))}  (${perSecond(low)} to ${perSecond(high)})`);
  }
  for (const { side, over, atLeast } of aims) {
    const ratio = median(rates.get(side) ?? []) / median(rates.get(over) ?? []);
    const aim = atLeast === undefined ? "" : `  (aim: at least ${atLeast}×${ratio < atLeast ? ", missed" : ""})`;
    console.log(`  ${side} ÷ ${over} = ${formatRatio(ratio)}×${aim}`);
  }
}

/** A side that does this again and again, with so many in flight at once. @public */
export function inFlight(count: number, work: () => Promise<unknown>): Side {
  return async (milliseconds) => {
    const start = performance.now();
    let done = 0;
    const one = async () => {
      while (performance.now() - start < milliseconds) {
        await work();
        done++;
      }
    };
    await Promise.all(Array.from({ length: count }, one));
    return (done * 1000) / (performance.now() - start);
  };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Two digits that say something, however far apart the sides are. */
function formatRatio(ratio: number): string {
  return ratio < 1 ? ratio.toPrecision(2) : ratio.toFixed(2);
}

function perSecond(rate: number): string {
  return `${Math.round(rate).toLocaleString("en")}/s`;
}
