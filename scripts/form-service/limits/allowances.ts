import type { Clock } from "../../outside/clock.ts";
import type { Level } from "./levels.ts";
import { chances, type Draw } from "./lot.ts";
import { openTallies } from "./tallies.ts";

/** Takes forms without a proof of work, for people whose browser runs no scripts. */
export type Allowances = {
  /**
   * Whether the form is taken. While a level has its allowance, everybody is. When it is used up, each form is drawn
   * alone: it wins with the allowance of a minute over the forms of the last minute. Whoever loses may try again at once
   * with the same chance, and so a flood dilutes and does not exclude.
   */
  take(levels: readonly Level[], form: UnprovedForm): boolean;
  readonly size: number;
};

/** A form without a proof, and who sends it. */
export type UnprovedForm = {
  /** whom the memory that it takes is put down to */
  readonly owner: string;
  /** it could have brought a proof, and will with the next try: it takes the first half of an allowance only */
  readonly scripts: boolean;
  /** its line has used next to nothing lately */
  readonly fresh: boolean;
  /** over Tor: then Tor's one level is all there is */
  readonly tor: boolean;
};

const MINUTE = 60_000;
/** Levels that are counted at once, in some 20 megabytes. */
const CAPACITY = 100_000;
const [FRESH, USED] = ["fresh", "used"];

/** @param everywhere forms a minute of all lines together: the last level, where fresh lines have more tickets */
export function openAllowances(clock: Clock, draw: Draw, everywhere: number): Allowances {
  const forms = openTallies(CAPACITY, MINUTE);
  const overall = openTallies(2, MINUTE);

  const wins = (chance: number) => chance >= 1 || draw() < chance;
  const inAll = (now: number) => overall.read(FRESH, now) + overall.read(USED, now);

  /** A level counts what the finer ones let through: a flood on one line uses up nothing of its neighbours' but that. */
  function drawOnAll(levels: readonly Level[], { owner, fresh, tor }: UnprovedForm, now: number): boolean {
    for (const { key, allowance } of levels) {
      if (!wins(allowance / forms.add(key, now, owner))) return false;
    }
    if (tor) return true;
    const kind = fresh ? FRESH : USED;
    overall.add(kind, now, kind);
    const chance = chances(everywhere, { first: overall.read(FRESH, now), other: overall.read(USED, now) });
    return wins(fresh ? chance.first : chance.other);
  }

  return {
    take(levels, form) {
      const now = clock.now().getTime();
      const half = ({ key, allowance }: Level) => forms.read(key, now) < allowance / 2;
      // They are asked for a proof instead, and are not counted: so they take nothing from those who cannot solve one.
      if (form.scripts && !(levels.every(half) && (form.tor || inAll(now) < everywhere / 2))) return false;
      return drawOnAll(levels, form, now);
    },
    get size() {
      return forms.size;
    },
  };
}
