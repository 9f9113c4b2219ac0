import { dayOf } from "../../letter/bytes/day.ts";
import {
  CLOCK_IS_RIGHT,
  type Clock,
  type DayDoubt,
  doubtOf,
  formatDoubt,
  type KnownDays,
  lastKnownDay,
} from "../../outside/clock.ts";

/** The servers that tell the time when the service talks to them anyway. The first that has told it decides. */
export const SERVERS = ["git host", "mail server"] as const;
export type Server = (typeof SERVERS)[number];

/**
 * What the clock is good for at this moment.
 *
 * `doubt`: "behind" and "wrong" (a server says so) end when the clock is set, "ahead" after a while by itself; "set":
 * the clock jumped by less than a day, which no day shows.
 */
export type ClockJudgement = {
  readonly doubt: DayDoubt | "wrong" | "set" | undefined;
  /** whether forms, sheets and commits may be dated by it */
  readonly mayDate: boolean;
  /** whether anything may be deleted for its age */
  readonly mayDelete: boolean;
  /** milliseconds after which forms are taken again, if nothing else happens */
  readonly wait: number;
  /** what contradicts the clock and what to do, "" without a doubt */
  readonly reason: string;
};

/** Compares the clock with everything that is known besides. To be asked now and then: it sees a jump only so. */
export type ClockWatch = {
  judge(): ClockJudgement;
  /**
   * The clock while it may date, and while it is ahead of the last run: that is a doubt and no contradiction, and the service
   * may only have stood still. While something contradicts it, noon of the last day that is certain.
   */
  readonly certain: Clock;
  /** Notes what is known from before this process: main, and what the database holds. */
  know(days: KnownDays): void;
  /** Notes the time of a server that has just answered. */
  noteServer(server: Server, time: Date): void;
  /** Notes that an operator has said that the clock is right. */
  believe(overruled: string): void;
  /** what is known by now; `run` is today as long as the clock is not doubted */
  known(): KnownDays;
};

const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000];
/** Corrections by the machine's own time service are smaller. */
const JUMP = 10 * MINUTE;
/** A server that is this far away from the clock contradicts it. */
const APART = HOUR;
/**
 * A machine that starts with a wrong clock sets it within minutes once it has a network. What is deleted does not come
 * back, so deleting waits for longer than dating, which turns people away meanwhile.
 */
const [DATE_AFTER, DELETE_AFTER] = [HOUR, DAY];
/** How soon somebody is asked to come back while nothing but a person can end the doubt. */
const COME_BACK = 15 * MINUTE;

/**
 * Watches the clock from now on.
 *
 * @param elapsed milliseconds since some moment, of a clock that nobody can set (`performance.now`)
 */
export function openClockWatch(clock: Clock, elapsed: () => number): ClockWatch {
  const offset = () => clock.now().getTime() - elapsed();
  const servers = new Map<Server, number>();
  let known: KnownDays = {};
  let last = offset();
  let [setAt, aheadSince] = [Number.NEGATIVE_INFINITY, Number.NaN];
  let [isTold, isBelieved, isBehind] = [false, false, false];

  /** Sees whether the clock was set. What servers said before may then be about a machine that slept. */
  function look(): void {
    if (Math.abs(offset() - last) > JUMP) {
      servers.clear();
      setAt = elapsed();
      [isTold, isBelieved, isBehind] = [false, false, false];
    }
    last = offset();
    // A clock whose day was believed and that has run evenly since is as good as then, however long nobody has asked.
    if (isBelieved) known = { ...known, run: dayOf(clock.now()) };
  }

  function doubtNow(): ClockJudgement["doubt"] {
    if (isTold) return undefined;
    const told = SERVERS.map((name) => servers.get(name)).find((one) => one !== undefined);
    if (told !== undefined) return Math.abs(told - offset()) > APART ? "wrong" : undefined;
    const doubt = doubtOf(dayOf(clock.now()), known);
    // It stays wrong by as much when it comes to that day.
    isBehind ||= doubt === "behind";
    return isBehind ? "behind" : (doubt ?? (elapsed() - setAt < DELETE_AFTER ? "set" : undefined));
  }

  function judge(): ClockJudgement {
    look();
    const doubt = doubtNow();
    if (doubt !== "ahead") aheadSince = Number.NaN;
    else if (Number.isNaN(aheadSince)) aheadSince = elapsed();
    const waited = elapsed() - aheadSince;
    isBelieved = doubt === undefined || doubt === "set" || waited >= DELETE_AFTER;
    if (doubt === undefined || waited >= DELETE_AFTER) {
      known = { ...known, run: dayOf(clock.now()) };
      return { doubt: undefined, mayDate: true, mayDelete: true, wait: 0, reason: "" };
    }
    const mayDate = doubt === "set" || waited >= DATE_AFTER;
    const wait = mayDate ? 0 : doubt === "ahead" ? DATE_AFTER - waited : COME_BACK;
    return { doubt, mayDate, mayDelete: false, wait, reason: reasonOf(doubt) };
  }

  function reasonOf(doubt: NonNullable<ClockJudgement["doubt"]>): string {
    if (doubt === "set") return "the clock was set: for a day nothing is deleted for its age";
    if (doubt !== "wrong") return formatDoubt(doubt, dayOf(clock.now()), known);
    const server = SERVERS.find((name) => servers.has(name))!;
    const theirs = new Date(servers.get(server)! + elapsed()).toISOString().slice(0, 10);
    const ours = dayOf(clock.now());
    const says = ours === theirs ? `is hours away from the ${server}'s` : `says ${ours}, and the ${server} ${theirs}`;
    return `the clock of this machine ${says}: if the clock is wrong, set it; if it is right, ${CLOCK_IS_RIGHT}`;
  }

  return {
    judge,
    certain: {
      now() {
        const day = judge().mayDate || judge().doubt === "ahead" ? "" : lastKnownDay(known);
        return day === "" ? clock.now() : new Date(`${day}T12:00:00Z`);
      },
    },
    know(days) {
      known = { ...known, ...days };
      if ("run" in days) isBelieved = false;
    },
    noteServer(server, time) {
      look();
      if (!Number.isNaN(time.getTime())) servers.set(server, time.getTime() - elapsed());
    },
    believe(overruled) {
      look();
      setAt = Number.NEGATIVE_INFINITY;
      [isTold, isBehind] = [true, false];
      known = { ...known, overruled, run: dayOf(clock.now()) };
    },
    known: () => known,
  };
}
