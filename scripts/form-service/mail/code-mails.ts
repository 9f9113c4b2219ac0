import type { CodePurpose } from "../../letter/signature/derivation.ts";
import type { Log } from "../../outside/log.ts";
import type { AfterAnswer } from "../after-answer.ts";
import type { Client } from "../limits/client.ts";
import { isSuppressed } from "../signing/suppression.ts";
import { keyedAddress } from "../store/address.ts";
import type { Store } from "../store/schema.ts";
import type { Mailboxes } from "./mailboxes.ts";
import { codeMail } from "./message.ts";
import type { MailQueue } from "./queue.ts";

/** A code that a client has asked for by mail, and its purpose. */
export type CodeMail = {
  readonly purpose: CodePurpose;
  readonly email: string;
  readonly lang: string;
  readonly code: string;
  readonly client: Client;
};

/**
 * Sends codes after the client has its answer. What happens before an address is looked up depends only on the typed
 * text and the sender; what follows is invisible to everyone else (decision 28).
 */
export type CodeMails = {
  /** Whether another mail to this address would be taken. Only its domain and earlier requests count. */
  hasRoom(email: string): boolean;
  /**
   * Waits until `answered` resolves. What is done before the address is looked up depends only on the typed text and
   * the sender. What follows is invisible except in the mailbox: a mail that is not sent takes the room and the time of
   * one that is.
   */
  send(mail: CodeMail, answered: Promise<void>): void;
};

export type CodeMailsDeps = {
  readonly store: Store;
  readonly pepper: Uint8Array;
  readonly mailboxes: Mailboxes;
  readonly mails: Pick<MailQueue, "add" | "hasRoom">;
  readonly after: AfterAnswer;
  readonly log: Log;
};

export function openCodeMails(deps: CodeMailsDeps): CodeMails {
  return {
    hasRoom: (email) => deps.after.hasRoom() && deps.mails.hasRoom(email),
    send(mail, answered) {
      deps.after.do(answered, () => sendCode(deps, mail));
    },
  };
}

async function sendCode(deps: CodeMailsDeps, { purpose, email, lang, code, client }: CodeMail): Promise<void> {
  const { store, pepper, mailboxes, mails, log } = deps;
  const allowed = mailboxes.take(purpose, email, client);
  const wanted = purpose === "leave" || !(await isSuppressed(store.query, keyedAddress(pepper, email)));
  const mail = codeMail(lang, email, code);
  if (mails.add(allowed && wanted ? mail : { ...mail, blank: true })) return;
  log.warn({}, "too many mails wait: one was dropped");
}
