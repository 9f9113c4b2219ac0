import { dayAfter } from "../letter/bytes/day.ts";
import { LetterError } from "../letter/bytes/error.ts";

/** Returns the time. It is passed in, so that a test can stop the clock. */
export type Clock = { now(): Date };

/** The clock of this machine. */
export const systemClock: Clock = { now: () => new Date() };

/** The days that are known whatever the clock says, UTC. */
export type KnownDays = {
  /** of main's last commit */
  readonly main?: string | undefined;
  /** the last one on which the form service ran, or a command, with a clock that nothing contradicted */
  readonly run?: string | undefined;
  /** main's days up to this one are wrong: an operator said so */
  readonly overruled?: string | undefined;
};

/**
 * `behind`: the campaign has had a later day, so the clock is wrong. `ahead`: the campaign has been out of sight for two
 * days or longer, so either the service did not run, or the clock is wrong.
 */
export type DayDoubt = "behind" | "ahead";

/** The days that may lie between two right clocks: one is ahead by a minute at midnight, or counts in its own time zone. */
const TOLERANCE = 1;

/** Compares the day of the clock with what is known; undefined when nothing contradicts it. */
export function doubtOf(today: string, known: KnownDays): DayDoubt | undefined {
  if (dayAfter(today, TOLERANCE) < lastKnownDay(known)) return "behind";
  return known.run !== undefined && dayAfter(known.run, TOLERANCE) < today ? "ahead" : undefined;
}

/** Returns the last day that the campaign has certainly had, "" when none is known. */
export function lastKnownDay({ main = "", run = "", overruled = "" }: KnownDays): string {
  return main > overruled && main > run ? main : run;
}

/** The command by which an operator says that the clock is right. */
export const CLOCK_IS_RIGHT = "npm run doctor -- --clock-is-right";

/** Says what contradicts the clock, and what to do. */
export function formatDoubt(doubt: DayDoubt, today: string, known: KnownDays): string {
  const [main, run] = [known.main ?? "", known.run ?? ""];
  const last = doubt === "ahead" || run >= main ? `the service ran on ${run}` : `main's last commit is of ${main}`;
  return `the clock of this machine says ${today}, and ${last}: if the clock is wrong, set it; if it is right, ${CLOCK_IS_RIGHT}`;
}

/** Refuses to go on with a clock that is contradicted. @throws LetterError `clock` */
export function assertDay(today: string, known: KnownDays): void {
  const doubt = doubtOf(today, known);
  if (doubt) throw new LetterError("clock", formatDoubt(doubt, today, known));
}
