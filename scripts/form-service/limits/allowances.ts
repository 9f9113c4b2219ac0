import type { Clock } from "../../outside/clock.ts";
import { openBuckets } from "./buckets.ts";
import type { Level } from "./levels.ts";
import { chances, type Draw } from "./lot.ts";
import { openTallies } from "./tallies.ts";

/** Takes forms without a proof of work, for people whose browser runs no scripts. */
export type Allowances = {
  /**
   * Whether the form is taken. While a level has allowance left, every form is. After that, each form is drawn
   * independently and wins with the allowance of a minute divided by the forms of the last minute. A client that loses
   * may try again at once with the same chance, so a flood dilutes the others but does not exclude them. What the whole
   * pool did not use lately is a reserve, which lines that have used next to nothing take without a draw: a hundred people
   * may come within a minute.
   */
  take(levels: readonly Level[], form: UnprovedForm): boolean;
  readonly size: number;
};

/** A form without a proof, and who sends it. */
export type UnprovedForm = {
  /** the owner that its memory is charged to */
  readonly owner: string;
  /** it could have brought a proof and will with the next try, so it only gets the first half of an allowance */
  readonly scripts: boolean;
  /** its line, or its circuit of Tor, has used next to nothing lately */
  readonly fresh: boolean;
  /** it came over Tor: the last level is Tor's one allowance, which has nothing to do with that of all lines */
  readonly tor: boolean;
};

/** All lines, or all circuits of Tor: the names under which their forms are counted, and how many of them are taken. */
type Pool = { readonly fresh: string; readonly used: string; readonly share: number };

const MINUTE = 60_000;
/** For how many minutes the unused allowance of a pool is kept. A flood uses it up once, and gets what it got before. */
const RESERVE = 6;
/** The most levels counted at a time, in some 20 megabytes. */
const CAPACITY = 100_000;

/** @param everywhere forms a minute of all lines together: the last level, where fresh lines have more tickets */
export function openAllowances(clock: Clock, draw: Draw, everywhere: number): Allowances {
  const forms = openTallies(CAPACITY, MINUTE);
  const overall = openTallies(4, MINUTE);
  const reserves = openBuckets(2);

  const wins = (chance: number) => chance >= 1 || draw() < chance;
  const lines: Pool = { fresh: "fresh lines", used: "used lines", share: everywhere };
  const inAll = ({ fresh, used }: Pool, now: number) => overall.read(fresh, now) + overall.read(used, now);

  /** A level counts only what the finer ones let through, so a flood on one line takes no more from its neighbours. */
  function drawOnAll(finer: readonly Level[], pool: Pool, { owner, fresh }: UnprovedForm, now: number): boolean {
    for (const { key, allowance } of finer) {
      if (!wins(allowance / forms.add(key, now, owner))) return false;
    }
    const kind = fresh ? pool.fresh : pool.used;
    overall.add(kind, now, kind);
    const chance = chances(pool.share, { first: overall.read(pool.fresh, now), other: overall.read(pool.used, now) });
    const reserve = { every: MINUTE / pool.share, atOnce: pool.share * RESERVE };
    const isTaken =
      (fresh && reserves.wait(pool.fresh, reserve, now) === 0) || wins(fresh ? chance.first : chance.other);
    // Fresh lines that lose use it up too, or a flood of them would get what the draws happen to leave over.
    if (fresh || isTaken) reserves.take(pool.fresh, reserve, now, pool.fresh);
    return isTaken;
  }

  return {
    take(levels, form) {
      const now = clock.now().getTime();
      const finer = form.tor ? levels.slice(0, -1) : levels;
      const pool = form.tor
        ? { fresh: "fresh circuits", used: "used circuits", share: levels.at(-1)!.allowance }
        : lines;
      const half = ({ key, allowance }: Level) => forms.read(key, now) < allowance / 2;
      // These clients are asked for a proof instead. They are not counted, so they take nothing from those who cannot
      // solve one.
      if (form.scripts && !(finer.every(half) && inAll(pool, now) < pool.share / 2)) return false;
      return drawOnAll(finer, pool, form, now);
    },
    get size() {
      return forms.size;
    },
  };
}
