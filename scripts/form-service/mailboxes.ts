import { createHmac } from "node:crypto";
import { canonicalEmail } from "../letter/email.ts";
import type { Clock } from "../outside/clock.ts";

/** How many mails a mailbox has got. In memory alone, by hashes under a key that is made anew for each process. */
export type Mailboxes = {
  /** Counts a mail to the mailbox of this address; false, and nothing is counted, when it has had enough. */
  take(email: string): boolean;
};

/** Mails to one mailbox within 24 hours: whoever types a stranger's address must not be able to flood it. */
export const MAILS_A_DAY = 3;
const DAY = 86_400_000;
/** Mailboxes remembered at once, in some 40 megabytes; the ones that were quiet longest go first. */
const CAPACITY = 200_000;

/** An empty memory. */
export function openMailboxes(clock: Clock, key: Uint8Array): Mailboxes {
  // A Map keeps its order, and a mailbox moves to the end with each mail.
  const mails = new Map<string, readonly number[]>();
  return {
    take(email) {
      const now = clock.now().getTime();
      const mailbox = createHmac("sha256", key).update(canonicalEmail(email)).digest("base64url").slice(0, 22);
      const today = (mails.get(mailbox) ?? []).filter((moment) => now - moment < DAY);
      if (today.length >= MAILS_A_DAY) return false;
      for (const [known, moments] of mails) {
        if (mails.size < CAPACITY && now - (moments.at(-1) ?? 0) < DAY) break;
        mails.delete(known);
      }
      mails.delete(mailbox);
      mails.set(mailbox, [...today, now]);
      return true;
    },
  };
}

/** For a campaign on one machine whose limits are off. */
export const EVERY_MAIL: Mailboxes = { take: () => true };
