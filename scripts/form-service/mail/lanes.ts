import { domainToASCII } from "node:url";
import { ownerOfMailbox } from "../../letter/signature/mail-domain.ts";
import type { Mail, MailStamp } from "../../outside/mail/mailer.ts";

/** A mail, or a blank one that takes the room and the time of a mail and is not sent. */
export type QueuedMail = Mail & { readonly blank?: true };

/**
 * A mail that waits: how often it was tried, since when it has waited, in milliseconds of the process, and whether a server has
 * put it off.
 */
export type Waiting = {
  readonly mail: QueuedMail;
  readonly stamp: MailStamp;
  readonly tries: number;
  readonly since: number;
  readonly wasPutOff: boolean;
};

/**
 * Mails that wait, in a lane for each domain that somebody has bought, with all names below it. Lanes take turns, so that
 * none holds up another, and no lane may hold more than what is free: one can fill half of the queue, two a third each, and
 * so there is always room for a domain that has little.
 */
export type MailLanes = {
  /** mails that wait */
  size(): number;
  /** mails on their way */
  active(): number;
  /** Whether the domain of this address may have another mail waiting. */
  hasRoom(to: string): boolean;
  push(waiting: Waiting): void;
  /** The next mail whose domain may be written to now; it is on its way until `done`. */
  take(now: number): Waiting | undefined;
  /** Says that the delivery has ended, however it went. */
  done(waiting: Waiting): void;
  /** When the next domain may be written to again; Infinity when no lane waits for that alone. */
  nextMoment(): number;
  clear(): void;
};

/** Milliseconds between two deliveries to one domain. */
const PAUSE = 25;

type Lane = { waiting: Waiting[]; active: number; from: number };

/** No mail at all. @param capacity of mails that wait @param atOnce deliveries to one domain: providers count connections */
export function openMailLanes(capacity: number, atOnce: number): MailLanes {
  // A Map keeps its order: the lane that has just been served goes to its end.
  const lanes = new Map<string, Lane>();
  let [size, active] = [0, 0];
  const isFree = ({ waiting, active }: Lane) => waiting.length > 0 && active < atOnce;

  return {
    size: () => size,
    active: () => active,
    hasRoom: (to) => (lanes.get(laneOf(to))?.waiting.length ?? 0) < capacity - size,
    push(waiting) {
      const domain = laneOf(waiting.mail.to);
      const lane = lanes.get(domain) ?? { waiting: [], active: 0, from: 0 };
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
        active++;
        lane.from = now + PAUSE;
        size--;
        return lane.waiting.shift();
      }
      return undefined;
    },
    done(waiting) {
      active--;
      const domain = laneOf(waiting.mail.to);
      const lane = lanes.get(domain);
      if (!lane) return;
      lane.active--;
      if (lane.waiting.length + lane.active === 0) lanes.delete(domain);
    },
    nextMoment() {
      let moment = Number.POSITIVE_INFINITY;
      for (const lane of lanes.values()) if (isFree(lane)) moment = Math.min(moment, lane.from);
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
