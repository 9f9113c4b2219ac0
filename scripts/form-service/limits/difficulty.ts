import type { Clock } from "../../outside/clock.ts";
import type { Level } from "./levels.ts";
import { openTallies } from "./tallies.ts";

/** How hard a client's proof of work is: it depends on what its line and its networks have used in the last hour. */
export type Difficulty = {
  /** Counts a form that brought a proof or was taken without one. Asking costs nothing and is not counted. */
  note(levels: readonly Level[], owner: string): void;
  /**
   * Returns how hard a proof has to be now, as a multiple of the least work, from 1 to 64.
   *
   * @param crowding of the whole service
   */
  of(levels: readonly Level[], crowding: number): number;
  /** Returns the forms that this level has used in the last hour. */
  used(level: Level): number;
  readonly size: number;
};

/** Some 30 s on a cheap phone, where the least work takes half a second. */
export const HARDEST = 64;
/** Twice the use makes proofs four times as hard: a client that doubles its forms pays eight times as much. */
const STEEPNESS = 2;
const HOUR = 3_600_000;
/** The most levels counted at a time, in some 20 megabytes. */
const CAPACITY = 100_000;

export function openDifficulty(clock: Clock): Difficulty {
  const use = openTallies(CAPACITY, HOUR);
  const now = () => clock.now().getTime();
  return {
    note(levels, owner) {
      for (const { key } of levels) use.add(key, now(), owner);
    },
    of(levels, crowding) {
      const excess = Math.max(crowding, ...levels.map(({ key, easy }) => use.read(key, now()) / easy));
      return Math.min(HARDEST, Math.max(1, excess ** STEEPNESS));
    },
    used: ({ key }) => use.read(key, now()),
    get size() {
      return use.size;
    },
  };
}
