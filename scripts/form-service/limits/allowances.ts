import type { Clock } from "../../outside/clock.ts";
import type { Level } from "./levels.ts";
import { chances, type Draw } from "./lot.ts";
import { openTallies } from "./tallies.ts";

/** Takes forms without a proof of work, for people whose browser runs no scripts. */
export type Allowances = {
  /**
   * Whether the form is taken. While a level has allowance left, every form is. After that, each form is drawn
   * independently and wins with the allowance of a minute divided by the forms of the last minute. A client that loses
   * may try again at once with the same chance, so a flood dilutes the others but does not exclude them.
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
  /** its line has used next to nothing lately */
  readonly fresh: boolean;
  /** it came over Tor, where there is only the one level */
  readonly tor: boolean;
};

const MINUTE = 60_000;
/** The most levels counted at a time, in some 20 megabytes. */
const CAPACITY = 100_000;
const [FRESH, USED] = ["fresh", "used"];

/** @param everywhere forms a minute of all lines together: the last level, where fresh lines have more tickets */
export function openAllowances(clock: Clock, draw: Draw, everywhere: number): Allowances {
  const forms = openTallies(CAPACITY, MINUTE);
  const overall = openTallies(2, MINUTE);

  const wins = (chance: number) => chance >= 1 || draw() < chance;
  const inAll = (now: number) => overall.read(FRESH, now) + overall.read(USED, now);

  /** A level counts only what the finer ones let through, so a flood on one line takes no more from its neighbours. */
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
      // These clients are asked for a proof instead. They are not counted, so they take nothing from those who cannot
      // solve one.
      if (form.scripts && !(levels.every(half) && (form.tor || inAll(now) < everywhere / 2))) return false;
      return drawOnAll(levels, form, now);
    },
    get size() {
      return forms.size;
    },
  };
}
