import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../../outside/clock.ts";
import { causeOf, type Log } from "../../outside/log.ts";
import { CONNECTIONS, type Mailer, type MailFailure, type MailStamp, mailFailure } from "../../outside/mail/mailer.ts";
import type { Random } from "../../outside/random.ts";
import type { MailFlow } from "../../site/views/mail-notice.ts";
import { CODE_LIFE } from "../signing/mailed-codes.ts";
import { openBoundedMap } from "../store/bounded-map.ts";
import { laneOf, type MailLanes, openMailLanes, type QueuedMail, type Waiting } from "./lanes.ts";

/** Outgoing mails, in memory only: any that have not left when the process ends are lost. */
export type MailQueue = {
  /** Whether another mail to this address would be taken. Only its domain counts. */
  hasRoom(to: string): boolean;
  /** Takes the mail and returns at once; false if too many are waiting for its domain. A blank one counts too. */
  add(mail: QueuedMail): boolean;
  /** Returns how mail leaves at the moment. It is the same for every client, so any page may show it. */
  flow(): MailFlow;
  /** Returns how many mails wait or were deferred, and what became of the others. */
  counts(): MailCounts;
  /** Resolves once every mail has left or has been given up. */
  idle(): Promise<void>;
  /** Lets waiting mails leave until `deadline` milliseconds from now, then drops the rest. */
  close(deadline: number): Promise<void>;
};

export type MailCounts = Readonly<Record<"waiting" | "putOff" | "sent" | "refused" | "dropped", number>>;

/** The most mails that may wait. With more, or too many for one domain, the form is not taken. */
const CAPACITY = 10_000;
/** The most deferred mails. With more, the oldest of the domain that has the most are dropped. */
const PUT_OFF = 5_000;
/** Concurrent deliveries to one domain, of mails that are sent for the first time and of others. */
const AT_ONCE = { first: 3, again: 1 };
/** After this many consecutive failures of the connection itself, one mail at a time tests if the server is back. */
const AWAY_AFTER = 4;
const PROBE_AT_LEAST_EVERY = 60_000;
/** The longest that a mail waits if no server answered: the connection is back for all of them at once. */
const AWAY_AT_MOST = 5 * 60_000;
/** Milliseconds that a mail may wait for its first try before every page says that mail is late. */
const LATE = 120_000;
/** How long a mail keeps its date, in milliseconds. SpamAssassin objects from three hours on (DATE_IN_PAST_03_06). */
const DATE_LIFE = 2 * 3_600_000;

const [SECOND, MINUTE] = [1_000, 60_000];
/** Greylisting lets a mail pass after minutes, at some servers after an hour; these add up to more than five hours. */
export const WAITS: readonly number[] = [
  ...[2 * SECOND, 30 * SECOND, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 20 * MINUTE],
  ...[40 * MINUTE, 60 * MINUTE, 90 * MINUTE, 120 * MINUTE],
];

/** `waits`: milliseconds before each further attempt; `capacity`: the most mails that may wait. */
export type MailQueueDeps = {
  readonly log: Log;
  readonly clock: Clock;
  readonly random: Random;
  readonly waits?: readonly number[];
  readonly capacity?: number;
};

/** Opens a queue in front of a mailer. */
export function openMailQueue(mailer: Mailer, deps: MailQueueDeps): MailQueue {
  const { log, clock, random, waits = WAITS, capacity = CAPACITY } = deps;
  // A deferral must not affect other mails: a blank mail is never deferred, so the difference would show. Deferred
  // mails have lanes and connections of their own, take no room from others, and say nothing about the connection.
  const first = openMailLanes(capacity, AT_ONCE.first);
  const again = openMailLanes(PUT_OFF, AT_ONCE.again);
  const putOff = openBoundedMap<NodeJS.Timeout>(PUT_OFF, (_, back) => {
    clearTimeout(back);
    counts.dropped++;
  });
  const idlers: (() => void)[] = [];
  const counts = { sent: 0, refused: 0, dropped: 0 };
  let [failures, standsUntil, lateness] = [0, 0, 0];
  let numbers = 0;
  let timer: NodeJS.Timeout | undefined;
  let [closing, closed] = [false, false];
  const now = () => performance.now();

  function next(): void {
    clearTimeout(timer);
    const moment = Math.min(
      serve(first, failures < AWAY_AFTER ? CONNECTIONS.first : 1),
      serve(again, CONNECTIONS.again),
    );
    if (moment < Number.POSITIVE_INFINITY) timer = setTimeout(next, Math.max(1, moment - now()));
    const left = first.size() + first.active() + again.size() + again.active() + putOff.size;
    if (left === 0) for (const resolve of idlers.splice(0)) resolve();
  }

  /** Starts deliveries on free connections. Returns when the next can begin; Infinity if no time is known. */
  function serve(lanes: MailLanes, connections: number): number {
    while (!closed && lanes.active() < connections) {
      const waiting = now() < standsUntil ? undefined : lanes.take(now());
      if (!waiting) return Math.max(standsUntil, lanes.nextMoment());
      if (waiting.tries === 0) lateness = now() - waiting.since;
      void deliver(waiting, lanes);
    }
    return Number.POSITIVE_INFINITY;
  }

  async function deliver(waiting: Waiting, lanes: MailLanes): Promise<void> {
    const failure = await send(waiting.mail, stampOf(waiting));
    lanes.done(waiting);
    if (lanes === first) observe(failure);
    if (failure === undefined) counts.sent++;
    else if (failure === "refused") counts.refused++;
    else putAway({ ...waiting, wasPutOff: waiting.wasPutOff || failure === "put off" }, failure);
    next();
  }

  function observe(failure: MailFailure | undefined): void {
    failures = failure === "away" ? failures + 1 : 0;
    if (failures < AWAY_AFTER) return;
    const wait = (waits[0] ?? SECOND) * 2 ** Math.min(failures - AWAY_AFTER, 20);
    standsUntil = now() + Math.min(wait, PROBE_AT_LEAST_EVERY);
  }

  // If a copy follows an attempt at all, it does within minutes. After hours an old date counts against a mail.
  function stampOf({ stamp, since }: Waiting): MailStamp {
    return now() - since < DATE_LIFE ? stamp : { ...stamp, date: clock.now() };
  }

  async function send(mail: QueuedMail, stamp: MailStamp): Promise<MailFailure | undefined> {
    try {
      await (mail.blank ? mailer.probe() : mailer.send(mail, stamp));
      return undefined;
    } catch (error) {
      const failure = mailFailure(error);
      log.warn({ ...causeOf(error), failure }, "mail not taken");
      return failure;
    }
  }

  // Other mails go out while it waits: a few addresses that no server takes must not hold up everyone's mail.
  function putAway(waiting: Waiting, failure: MailFailure): void {
    const away = failure === "away";
    const wait = away ? Math.min(waits[waiting.tries] ?? AWAY_AT_MOST, AWAY_AT_MOST) : waits[waiting.tries];
    if (closing || wait === undefined || now() - waiting.since > CODE_LIFE) return void counts.dropped++;
    // A mail does not use up its last attempts while no server answers.
    const tries = away ? Math.min(waiting.tries + 1, Math.max(0, waits.length - 2)) : waiting.tries + 1;
    const key = String(numbers++);
    const back = setTimeout(() => {
      putOff.delete(key);
      (waiting.wasPutOff ? again : first).push({ ...waiting, tries });
      next();
    }, wait);
    putOff.set(key, back, laneOf(waiting.mail.to));
  }

  function idle(): Promise<void> {
    return new Promise((resolve) => {
      idlers.push(resolve);
      next();
    });
  }

  const hasRoom = (to: string) => !closed && first.hasRoom(to);

  return {
    hasRoom,
    add(mail) {
      if (!hasRoom(mail.to)) return false;
      // Drawn for this mail only, so neither address nor code can be guessed from it.
      const stamp = { id: Buffer.from(random(16)).toString("hex"), date: clock.now() };
      first.push({ mail, stamp, tries: 0, since: now(), wasPutOff: false });
      next();
      return true;
    },
    flow: () => (failures >= 2 ? "away" : lateness > LATE ? "late" : "well"),
    counts: () => ({ ...counts, waiting: first.size(), putOff: putOff.size + again.size() }),
    idle,
    async close(deadline) {
      closing = true;
      const before = counts.dropped;
      counts.dropped += putOff.size;
      for (const key of [...putOff.keys()]) {
        clearTimeout(putOff.get(key));
        putOff.delete(key);
      }
      await Promise.race([idle(), sleep(deadline, undefined, { ref: false })]);
      closed = true;
      counts.dropped += first.size() + again.size();
      first.clear();
      again.clear();
      next();
      const mails = counts.dropped - before;
      if (mails > 0) log.warn({ mails }, "mails were dropped that had not left");
      mailer.close();
    },
  };
}
