import type { CodePurpose } from "../../letter/signature/derivation.ts";
import { canonicalEmail } from "../../letter/signature/email.ts";
import type { Clock } from "../../outside/clock.ts";
import type { Client } from "../limits/client.ts";
import { networkOf } from "../limits/levels.ts";
import { openBoundedMap } from "../store/bounded-map.ts";
import { keyedHash } from "../store/secret-hash.ts";

/** How many mails a mailbox has received. Kept in memory only, by hashes under a key generated for each process. */
export type Mailboxes = {
  /**
   * Counts a mail to the mailbox of this address. Returns false, and counts nothing, if it has had enough. Codes for
   * leaving have an allowance of their own.
   */
  take(purpose: CodePurpose, email: string, client: Client): boolean;
};

/** Mails to one mailbox within 24 hours, and how many of them one network may cause: a stranger must not use all. */
export const MAILS_A_DAY = 5;
export const OF_ONE_NETWORK = 2;
const DAY = 86_400_000;
/** The most mailboxes remembered, in some 40 megabytes. Those of the network with the most are forgotten first. */
const CAPACITY = 200_000;

export function openMailboxes(clock: Clock, key: Uint8Array, capacity = CAPACITY): Mailboxes {
  type Sent = { readonly at: number; readonly from: string };
  const mails = openBoundedMap<readonly Sent[]>(capacity);
  return {
    take(purpose, email, client) {
      const now = clock.now().getTime();
      const from = networkOf(client);
      const mailbox = keyedHash(key, `${purpose} ${canonicalEmail(email)}`);
      // Either way: a clock that was a year ahead for a moment must keep no mail away for a year.
      const isOld = ({ at }: Sent) => Math.abs(now - at) >= DAY;
      const today = (mails.get(mailbox) ?? []).filter((sent) => !isOld(sent));
      if (today.length >= MAILS_A_DAY || today.filter((sent) => sent.from === from).length >= OF_ONE_NETWORK)
        return false;
      for (let quietest = mails.oldest(); quietest?.[1].every(isOld); quietest = mails.oldest())
        mails.delete(quietest[0]);
      mails.set(mailbox, [...today, { at: now, from }], from);
      return true;
    },
  };
}

/** Takes every mail: for a campaign on one machine whose limits are off. */
export const EVERY_MAIL: Mailboxes = { take: () => true };
