import { domainToASCII } from "node:url";
import { ownerOfMailbox } from "../../letter/signature/mail-domain.ts";
import type { Mail, MailStamp } from "../../outside/mail/mailer.ts";

/** A mail, or a blank one, which takes the room and the time of a mail and is not sent. */
export type QueuedMail = Mail & { readonly blank?: true };

/** A waiting mail. `since`: in milliseconds of the process; `wasPutOff`: a server has deferred it before. */
export type Waiting = {
  readonly mail: QueuedMail;
  readonly stamp: MailStamp;
  readonly tries: number;
  readonly since: number;
  readonly wasPutOff: boolean;
};

/**
 * Waiting mails, in one lane per registered domain, with all names below it. Lanes take turns, so that none holds up
 * another, and no lane may hold more than what is free: one can fill half of the queue, two a third each, so there is
 * always room for a domain that has little.
 */
export type MailLanes = {
  /** Returns the number of waiting mails. */
  size(): number;
  /** Returns the number of mails on their way. */
  active(): number;
  /** Whether the domain of this address may have another mail waiting. */
  hasRoom(to: string): boolean;
  push(waiting: Waiting): void;
  /** Takes the next mail whose domain may be written to now. It is on its way until `done`. */
  take(now: number): Waiting | undefined;
  /** Notes that the delivery has ended, whatever the outcome. */
  done(waiting: Waiting): void;
  /** Returns when the next domain may be written to again; Infinity if no lane is waiting for its pause to end. */
  nextMoment(): number;
  clear(): void;
};

/** Milliseconds between two deliveries to one domain. */
const PAUSE = 25;

type Lane = { waiting: Waiting[]; active: number; from: number };

/** @param capacity of waiting mails @param atOnce deliveries to one domain at a time: providers count connections */
export function openMailLanes(capacity: number, atOnce: number): MailLanes {
  // A Map keeps its order: the lane that has just been served moves to its end.
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

/** Returns the lane of an address: the holder of its domain, or the large provider it belongs to. */
export function laneOf(to: string): string {
  const owner = ownerOfMailbox(to);
  if (owner !== undefined) return owner;
  const domain = to.slice(to.lastIndexOf("@") + 1);
  return domainToASCII(domain) || domain;
}
