import { domainToASCII } from "node:url";
import { ownerOfMailbox } from "../letter/mail-domain.ts";
import type { Mail, MailStamp } from "../outside/mail.ts";

/** A mail, or a blank one that takes the room and the time of a mail and is not sent. */
export type QueuedMail = Mail & { readonly blank?: true };

/** A mail that waits: how often it was tried, and since when it has waited, in milliseconds of the process. */
export type Waiting = {
  readonly mail: QueuedMail;
  readonly stamp: MailStamp;
  readonly tries: number;
  readonly since: number;
};

/**
 * Mails that wait, in a lane for each domain that somebody has bought, with all names below it. Lanes take turns, so that
 * none holds up another, and no lane may hold more than what is free: one can fill half of the queue, two a third each, and
 * so there is always room for a domain that has little.
 */
export type MailLanes = {
  /** mails that wait */
  size(): number;
  /** Whether the domain of this address may have another mail waiting. */
  hasRoom(to: string): boolean;
  push(waiting: Waiting): void;
  /** The next mail whose domain may be written to now; it is on its way until `done`. */
  take(now: number): Waiting | undefined;
  /** Says how the delivery went: a domain that takes no more for now is written to more and more slowly. */
  done(waiting: Waiting, pace: "faster" | "same" | "slower", now: number): void;
  /** When the next domain may be written to again; undefined when no lane waits for that alone. */
  nextMoment(): number | undefined;
  clear(): void;
};

/** Deliveries to one domain at once: providers count connections. */
const AT_ONCE = 4;
/** Milliseconds between two deliveries to one domain: at least, at first after it said no, and at most. */
const PAUSE = { least: 25, slower: 1_000, most: 60_000 };

type Lane = { waiting: Waiting[]; active: number; pause: number; from: number };

/** No mail at all. @param capacity of mails that wait */
export function openMailLanes(capacity: number): MailLanes {
  // A Map keeps its order: the lane that has just been served goes to its end.
  const lanes = new Map<string, Lane>();
  let size = 0;
  const isFree = ({ waiting, active }: Lane) => waiting.length > 0 && active < AT_ONCE;

  return {
    size: () => size,
    hasRoom: (to) => (lanes.get(laneOf(to))?.waiting.length ?? 0) < capacity - size,
    push(waiting) {
      const domain = laneOf(waiting.mail.to);
      const lane = lanes.get(domain) ?? { waiting: [], active: 0, pause: PAUSE.least, from: 0 };
      lanes.set(domain, lane);
      lane.waiting.push(waiting);
      size++;
    },
    take(now) {
      for (const [domain, lane] of lanes) {
        if (!isFree(lane) || now < lane.from) continue;
        lanes.delete(domain);
        lanes.set(domain, lane);
        lane.active++;
        lane.from = now + lane.pause;
        size--;
        return lane.waiting.shift();
      }
      return undefined;
    },
    done(waiting, pace, now) {
      const domain = laneOf(waiting.mail.to);
      const lane = lanes.get(domain);
      if (!lane) return;
      lane.active--;
      if (pace === "faster") lane.pause = Math.max(PAUSE.least, lane.pause / 2);
      if (pace === "slower") lane.pause = Math.min(PAUSE.most, Math.max(PAUSE.slower, lane.pause * 2));
      lane.from = Math.max(lane.from, pace === "slower" ? now + lane.pause : 0);
      if (lane.waiting.length + lane.active === 0 && lane.pause === PAUSE.least) lanes.delete(domain);
    },
    nextMoment() {
      let moment: number | undefined;
      for (const lane of lanes.values()) if (isFree(lane)) moment = Math.min(moment ?? lane.from, lane.from);
      return moment;
    },
    clear() {
      lanes.clear();
      size = 0;
    },
  };
}

/** The lane of an address: who has bought its domain, or which of the large providers it is. */
export function laneOf(to: string): string {
  const owner = ownerOfMailbox(to);
  if (owner !== undefined) return owner;
  const domain = to.slice(to.lastIndexOf("@") + 1);
  return domainToASCII(domain) || domain;
}
