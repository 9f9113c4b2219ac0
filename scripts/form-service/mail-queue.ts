import { setTimeout as sleep } from "node:timers/promises";
import { causeOf, type Log } from "../outside/log.ts";
import type { Mail, Mailer } from "../outside/mail.ts";

/** Mails on their way out, in memory alone: whatever has not left when the process ends is lost. */
export type MailQueue = {
  /** Takes the mail and returns at once; false when too many are waiting. */
  add(mail: Mail): boolean;
  /** Resolves once every mail has left or has been given up. */
  idle(): Promise<void>;
  /** Gives waiting mails until `deadline` milliseconds from now, then drops the rest. */
  close(deadline: number): Promise<void>;
};

const CAPACITY = 10_000;
const AT_ONCE = 4;

type Attempt = { readonly mail: Mail; readonly tries: number };

/** A queue in front of a mailer. `waits`: milliseconds before each further attempt. */
export function openMailQueue(mailer: Mailer, log: Log, waits: readonly number[] = [2_000, 15_000, 60_000]): MailQueue {
  const waiting: Attempt[] = [];
  const active = new Set<Promise<void>>();
  const putOff = new Set<Promise<void>>();
  const stop = new AbortController();

  async function deliver({ mail, tries }: Attempt): Promise<void> {
    try {
      await mailer.send(mail);
    } catch (error) {
      const wait = waits[tries];
      // The server said no for good: another attempt would only annoy it.
      const refused = Number(Object(error).responseCode) >= 500;
      log.warn({ ...causeOf(error), again: wait !== undefined && !refused }, "mail not taken");
      if (wait !== undefined && !refused) putAway({ mail, tries: tries + 1 }, wait);
    }
  }

  // While it waits, others go: a few addresses that no server takes must not hold up everybody's mail.
  function putAway(attempt: Attempt, wait: number): void {
    const pause: Promise<void> = sleep(wait, undefined, { signal: stop.signal })
      .then(() => void waiting.push(attempt))
      .catch(() => {})
      .finally(() => {
        putOff.delete(pause);
        next();
      });
    putOff.add(pause);
  }

  function next(): void {
    while (active.size < AT_ONCE && !stop.signal.aborted) {
      const attempt = waiting.shift();
      if (!attempt) return;
      const delivery: Promise<void> = deliver(attempt).finally(() => {
        active.delete(delivery);
        next();
      });
      active.add(delivery);
    }
  }

  async function idle(): Promise<void> {
    while (active.size + putOff.size > 0) await Promise.all([...active, ...putOff]);
  }

  return {
    add(mail) {
      if (stop.signal.aborted || waiting.length + putOff.size >= CAPACITY) return false;
      waiting.push({ mail, tries: 0 });
      next();
      return true;
    },
    idle,
    async close(deadline) {
      await Promise.race([idle(), sleep(deadline, undefined, { ref: false })]);
      stop.abort();
      waiting.length = 0;
      mailer.close();
    },
  };
}
