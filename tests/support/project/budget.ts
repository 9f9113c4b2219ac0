/**
 * How far a campaign of `npm run test:long` goes: its whole size, the least at which it still finds something, and the
 * seconds that one of its units takes on two busy cores, all instances of the campaign together.
 */
type Campaign = { readonly whole: number; readonly least: number; readonly seconds: number };

/** The campaigns whose size may vary, as measured in whole runs of `npm run test:long`. */
export const CAMPAIGNS = {
  "power cuts": { whole: 20, least: 4, seconds: 7 },
  "people who never confirm": { whole: 10_000, least: 1_000, seconds: 0.012 },
  "seconds of fuzzing": { whole: 600, least: 60, seconds: 1 },
  forgeries: { whole: 1_000_000, least: 50_000, seconds: 0.000_18 },
  "sequences in two worlds": { whole: 20_000, least: 500, seconds: 0.095 },
  "kills of each service": { whole: 50, least: 10, seconds: 33 },
  "interleavings of a review": { whole: 200, least: 80, seconds: 4.8 },
  "random lives": { whole: 2_000, least: 40, seconds: 1.3 },
  "open sheets of a pile": { whole: 1_000, least: 200, seconds: 1 },
  operations: { whole: 200, least: 4, seconds: 9 },
  "operations on GitHub": { whole: 40, least: 2, seconds: 12 },
} as const satisfies Record<string, Campaign>;

/** Seconds that all tests of fixed size take together on one worker. */
const FIXED = 4_300;

/** Workers of vitest, see `vitest.config.ts`. */
const WORKERS = 4;

/**
 * The size of a campaign of `npm run test:long`. Without `BUDGET` it is whole; with it (`30m`, `8h`: wall time of the whole
 * run on two cores) all campaigns shrink or grow in the same proportion.
 *
 * @throws Error when `BUDGET` is not a number of minutes or hours
 */
export function sizeOf(name: keyof typeof CAMPAIGNS, budget: string | undefined = process.env.BUDGET): number {
  const { whole, least } = CAMPAIGNS[name];
  return budget ? Math.max(least, Math.floor(whole * proportionOf(budget))) : whole;
}

function proportionOf(budget: string): number {
  const [, count, unit] = /^([1-9]\d{0,3})(m|h)$/.exec(budget) ?? [];
  if (!count) throw new Error("BUDGET must be minutes or hours, as in 30m or 8h");
  const seconds = Number(count) * (unit === "h" ? 3_600 : 60) * WORKERS;
  const wanted = Object.values(CAMPAIGNS).reduce((sum, one) => sum + one.whole * one.seconds, 0);
  return Math.max(0, (seconds - FIXED) / wanted);
}
