import { createHmac } from "node:crypto";
import { ownerOfMailbox } from "../letter/mail-domain.ts";
import type { Clock } from "../outside/clock.ts";
import type { Log } from "../outside/log.ts";
import { openBuckets } from "./buckets.ts";
import type { Limits } from "./limits.ts";

/** Notices when many codes go to one mail domain that is none of the large providers. */
export type DomainAlarms = { note(email: string): void };

/** Codes to one domain: sixty at once and one a minute are no alarm. */
const RATE = { every: 60_000, atOnce: 60 };
const CAPACITY = 50_000;

/** @param key keys the hash under which a domain is remembered; made anew for each process */
export function openDomainAlarms(clock: Clock, key: Uint8Array, limits: Limits, log: Log): DomainAlarms {
  const domains = openBuckets(CAPACITY);
  return {
    note(email) {
      const owner = ownerOfMailbox(email);
      if (owner === undefined) return;
      const domain = createHmac("sha256", key).update(owner).digest("base64url").slice(0, 22);
      const now = clock.now().getTime();
      if (domains.wait(domain, RATE, now) > 0) {
        // Which domain is nobody's business: a small one may stand for one person.
        if (!limits.alarmed()) log.warn({}, "many codes go to one mail domain: it looks like a flood");
        limits.alarm();
      } else domains.take(domain, RATE, now);
    },
  };
}
