import type { Clock } from "../../outside/clock.ts";
import type { Level } from "./levels.ts";
import { openTallies } from "./tallies.ts";

/** How hard a proof of work is for whom: by what a line and its networks have used in the last hour. */
export type Difficulty = {
  /** Counts a form that brought a proof, or was taken without one. Asking costs nothing, and so it counts nothing. */
  note(levels: readonly Level[], owner: string): void;
  /** How many times the least work a proof has to cost now, from 1 to 64. @param crowding of the whole service */
  of(levels: readonly Level[], crowding: number): number;
  /** Forms that this level has used in the last hour. */
  used(level: Level): number;
  readonly size: number;
};

/** Some 30 s on a cheap telephone, where the least work takes half a second. */
export const HARDEST = 64;
/** Twice the use makes proofs four times as hard: what doubles its forms pays eight times as much. */
const STEEPNESS = 2;
const HOUR = 3_600_000;
/** Levels that are counted at once, in some 20 megabytes. */
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
