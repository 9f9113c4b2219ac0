import { causeOf, type Log } from "../outside/log.ts";
import { findByAddress, keyedAddress } from "./address.ts";
import { confirmationMail } from "./confirmation-mail.ts";
import type { DomainAlarms } from "./domain-alarms.ts";
import type { LeaveRequests } from "./leave-requests.ts";
import type { MailQueue } from "./mail-queue.ts";
import type { Mailboxes } from "./mailboxes.ts";
import type { Store } from "./schema.ts";
import { isSuppressed } from "./suppression.ts";

/** A code that somebody has asked to be mailed, and what for. */
export type CodeMail = {
  readonly to: "confirm" | "leave";
  readonly email: string;
  readonly lang: string;
  readonly s: Uint8Array;
  readonly code: string;
};

/**
 * Sends codes, once whoever asked has the answer. What happens before an address is looked up depends on the typed text and
 * the sender only; what follows is invisible to everybody else (decision 28).
 */
export type CodeMails = {
  /** Whether another one may be taken; the same for every address. */
  hasRoom(): boolean;
  /**
   * Waits until `answered` resolves, and only then looks at the address: whether it has been used, has had enough mail
   * today, or wants none. So neither the answer nor its time can tell.
   */
  send(mail: CodeMail, answered: Promise<void>): void;
  /** Resolves once nothing waits any more. */
  idle(): Promise<void>;
};

const CAPACITY = 10_000;

/** What it works with. */
export type CodeMailsDeps = {
  readonly store: Store;
  readonly pepper: Uint8Array;
  readonly serviceUrl: string;
  readonly mailboxes: Mailboxes;
  readonly alarms: DomainAlarms;
  readonly mails: Pick<MailQueue, "add" | "hasRoom">;
  readonly leaving: Pick<LeaveRequests, "find">;
  readonly log: Log;
};

/** With nothing waiting. */
export function openCodeMails(deps: CodeMailsDeps): CodeMails {
  const waiting = new Set<Promise<void>>();
  return {
    hasRoom: () => waiting.size < CAPACITY && deps.mails.hasRoom(),
    send(mail, answered) {
      const work: Promise<void> = answered
        .then(() => sendCode(deps, mail))
        .catch((error: unknown) => deps.log.error(causeOf(error), "a code could not be mailed"))
        .finally(() => waiting.delete(work));
      waiting.add(work);
    },
    async idle() {
      while (waiting.size > 0) await Promise.all(waiting);
    },
  };
}

async function sendCode(deps: CodeMailsDeps, { to, email, lang, s, code }: CodeMail): Promise<void> {
  const { store, pepper, serviceUrl, mailboxes, alarms, mails, leaving, log } = deps;
  const address = keyedAddress(pepper, email);
  const signature = await findByAddress(store.query, address);
  if (to === "leave") {
    if (signature === undefined) return;
    leaving.find(s, signature);
  }
  if (await isSuppressed(store.query, address.hmac)) return;
  alarms.note(email);
  if (!mailboxes.take(email)) return;
  const used = to === "confirm" && signature !== undefined;
  if (mails.add(confirmationMail(serviceUrl, lang, email, { s, code, used }))) return;
  log.warn({}, "too many mails wait: one was dropped");
}
