import type { Clock } from "../outside/clock.ts";
import { openBuckets, type Rate } from "./buckets.ts";
import type { Client } from "./client.ts";

/** What a form says about the work that was done for it. */
export type Effort = {
  /** a proof of work was solved for it */
  readonly proved: boolean;
  /** it was filled in with scripts, and so a proof can be asked for */
  readonly scripts: boolean;
};

/** How often forms are taken. Everything is counted in memory, by keys that are forgotten with the day. */
export type Limits = {
  /** Seconds until a form that sends a mail is taken from this client; 0: it is taken, and counted. */
  submission(client: Client, effort: Effort): number;
  /** The same for a withdrawal by address, so that whoever has just signed can leave at once. */
  leave(client: Client): number;
  /** The same for any form at all. */
  form(client: Client): number;
  /** Something looks like an attack: for a while, forms without a proof of work get a smaller share. */
  alarm(): void;
  /** Whether an alarm is on. */
  alarmed(): boolean;
  /** Keys in memory, which has a bound. */
  readonly size: number;
};

const SECOND = 1000;
const MINUTE = 60 * SECOND;
/** A client's own: one a minute, and with a proof of work up to five at once, which makes five in five minutes. */
export const LINE: Rate = { every: MINUTE, atOnce: 1 };
export const LINE_PROVED: Rate = { every: MINUTE, atOnce: 5 };
/** The network around it: a street may sign, but not with all its addresses at once. */
const NETWORK: Rate = { every: SECOND, atOnce: 120 };
/** Everybody who comes over Tor, together. */
const TOR: Rate = { every: SECOND, atOnce: 60 };
const TOR_PROVED: Rate = { every: SECOND / 10, atOnce: 600 };
/** The first forms of a line in a day need nothing of the share below: most people send one, and a botnet's lines many. */
const FIRST: Rate = { every: 6 * 60 * MINUTE, atOnce: 4 };
/** All others who have solved no proof, together, and those over Tor apart: in ordinary times nobody ever notices it. */
const UNPROVED: Rate = { every: SECOND / 4, atOnce: 480 };
const UNPROVED_IN_ALARM: Rate = { every: 3 * SECOND, atOnce: 20 };
/** Forms of any kind: more than a person sends, less than a program that guesses. */
const FORM: Rate = { every: 2 * SECOND, atOnce: 60 };
const FORM_OVER_TOR: Rate = { every: 20, atOnce: 3000 };

/** How long an alarm lasts after the last sign of an attack. */
const ALARM = 15 * MINUTE;
/** Keys of each kind that are remembered at once: some ten megabytes. */
export const CAPACITY = 100_000;

/** No limits at all: for a campaign on one machine, where everything comes from one address. */
export const NO_LIMITS: Limits = {
  submission: () => 0,
  leave: () => 0,
  form: () => 0,
  alarm() {},
  alarmed: () => false,
  size: 0,
};

/** Limits with empty memory. */
export function openLimits(clock: Clock): Limits {
  const [submissions, firsts] = [openBuckets(CAPACITY), openBuckets(CAPACITY)];
  const [leaving, forms] = [openBuckets(CAPACITY), openBuckets(CAPACITY)];
  let alarmUntil = 0;
  const now = () => clock.now().getTime();

  /** Takes one token from each bucket if all have one. */
  function take(buckets: ReturnType<typeof openBuckets>, wanted: readonly (readonly [string, Rate])[]): number {
    const wait = Math.max(...wanted.map(([key, rate]) => buckets.wait(key, rate, now())));
    if (wait > 0) return Math.ceil(wait / SECOND);
    for (const [key, rate] of wanted) buckets.take(key, rate, now());
    return 0;
  }

  function unproved(scripts: boolean): Rate {
    const { every, atOnce } = now() < alarmUntil ? UNPROVED_IN_ALARM : UNPROVED;
    // Whoever can solve a proof leaves half of the share to those who cannot.
    return { every, atOnce: scripts ? atOnce / 2 : atOnce };
  }

  return {
    submission(client, { proved, scripts }) {
      const first = client.kind === "line" && !proved && firsts.wait(client.line, FIRST, now()) === 0;
      const shared = proved || first ? [] : [[`unproved ${client.kind}`, unproved(scripts)] as const];
      if (client.kind === "tor") {
        return take(submissions, [proved ? ["tor proved", TOR_PROVED] : ["tor", TOR], ...shared]);
      }
      const own = [client.line, proved ? LINE_PROVED : LINE] as const;
      const wait = take(submissions, proved ? [own] : [own, [client.network, NETWORK], ...shared]);
      if (wait === 0 && first) firsts.take(client.line, FIRST, now());
      return wait;
    },
    leave: (client) => take(leaving, [client.kind === "tor" ? ["tor", TOR] : [client.line, LINE]]),
    form: (client) => take(forms, [client.kind === "tor" ? ["tor", FORM_OVER_TOR] : [client.line, FORM]]),
    alarm() {
      alarmUntil = now() + ALARM;
    },
    alarmed: () => now() < alarmUntil,
    get size() {
      return submissions.size + firsts.size + leaving.size + forms.size;
    },
  };
}
