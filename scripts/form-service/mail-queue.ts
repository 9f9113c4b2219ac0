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

/** A queue in front of a mailer. `waits`: milliseconds before each further attempt. */
export function openMailQueue(mailer: Mailer, log: Log, waits: readonly number[] = [2_000, 15_000, 60_000]): MailQueue {
  const waiting: Mail[] = [];
  const active = new Set<Promise<void>>();
  const stop = new AbortController();

  async function deliver(mail: Mail): Promise<void> {
    for (const wait of [...waits, undefined]) {
      try {
        return await mailer.send(mail);
      } catch (error) {
        // The server said no for good: another attempt would only annoy it.
        const refused = Number(Object(error).responseCode) >= 500;
        log.warn({ ...causeOf(error), again: wait !== undefined && !refused }, "mail not taken");
        if (wait === undefined || refused) return;
        await sleep(wait, undefined, { signal: stop.signal }).catch(() => {});
        if (stop.signal.aborted) return;
      }
    }
  }

  function next(): void {
    while (active.size < AT_ONCE && !stop.signal.aborted) {
      const mail = waiting.shift();
      if (!mail) return;
      const delivery: Promise<void> = deliver(mail).finally(() => {
        active.delete(delivery);
        next();
      });
      active.add(delivery);
    }
  }

  async function idle(): Promise<void> {
    while (active.size > 0) await Promise.all(active);
  }

  return {
    add(mail) {
      if (stop.signal.aborted || waiting.length >= CAPACITY) return false;
      waiting.push(mail);
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
