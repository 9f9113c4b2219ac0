import { dayAfter, dayOf } from "../../letter/bytes/day.ts";
import { mailboxOf } from "../../letter/signature/email.ts";
import type { Clock } from "../../outside/clock.ts";
import type { Client } from "../limits/client.ts";
import { networkOf } from "../limits/levels.ts";
import { type KeyedAddress, keyedAddress } from "../store/address.ts";
import { openBoundedMap } from "../store/bounded-map.ts";
import type { Query, Store } from "../store/schema.ts";
import { keyedHash } from "../store/secret-hash.ts";
import { CODE_LIFE, type MailedCodes } from "./mailed-codes.ts";

/** Days for which a mailbox gets no confirmation codes after its owner said that it did not ask for one. */
export const SUPPRESSED_DAYS = 30;
/** Wrong codes for one mailbox within 48 hours after which no more are checked. */
const WRONG_CODES_PER_MAILBOX = 5;
/** The most mailboxes whose wrong codes are counted. Those of the network with the most are forgotten first. */
const CAPACITY = 50_000;

/** "It was not me": stops confirmation codes to a mailbox if a code proves that its owner asked for that. */
export type Suppression = {
  /** Does so, or nothing. The client does not learn which, because it already has its answer. */
  request(email: string, code: string, client: Client): Promise<void>;
};

/** @param key keys the hash under which a mailbox's wrong codes are counted; generated for each process */
export function openSuppression(
  { store, pepper, clock, mailedCodes }: { store: Store; pepper: Uint8Array; clock: Clock; mailedCodes: MailedCodes },
  key: Uint8Array,
  capacity = CAPACITY,
): Suppression {
  const wrong = openBoundedMap<{ tries: number; since: number }>(capacity);
  return {
    async request(email, code, client) {
      const mailbox = keyedHash(key, mailboxOf(email));
      const now = clock.now().getTime();
      const isOver = ({ since }: { since: number }) => Math.abs(now - since) >= CODE_LIFE;
      for (let oldest = wrong.oldest(); oldest && isOver(oldest[1]); oldest = wrong.oldest()) wrong.delete(oldest[0]);
      const before = wrong.get(mailbox);
      const count = before && !isOver(before) ? before : { tries: 0, since: now };
      if (count.tries >= WRONG_CODES_PER_MAILBOX) return;
      // Counted before any await, so that concurrent tries are not all the first.
      count.tries++;
      wrong.set(mailbox, count, networkOf(client));
      const { confirm, leave } = await mailedCodes.of(email);
      if (![...confirm, ...leave].includes(code)) return;
      count.tries--;
      const today = dayOf(clock.now());
      await store.change((query) => suppress(query, keyedAddress(pepper, email), today));
    },
  };
}

/** Stops confirmation codes to this mailbox from this day on. */
export async function suppress(query: Query, { mailbox }: KeyedAddress, day: string): Promise<void> {
  await query
    .insertInto("suppressed")
    .values({ hmac: mailbox, day })
    .onConflict((conflict) => conflict.column("hmac").doUpdateSet({ day }))
    .execute();
}

export async function isSuppressed(query: Query, { mailbox, hmac }: KeyedAddress): Promise<boolean> {
  const row = await query
    .selectFrom("suppressed")
    .select("hmac")
    .where("hmac", "in", [mailbox, hmac])
    .executeTakeFirst();
  return row !== undefined;
}

/** Lets mail to this mailbox again, because its owner asked for it. Returns false if it was not suppressed. */
export async function allowAgain(store: Store, pepper: Uint8Array, email: string): Promise<boolean> {
  const { mailbox, hmac } = keyedAddress(pepper, email);
  const { numDeletedRows } = await store.change((query) =>
    query.deleteFrom("suppressed").where("hmac", "in", [mailbox, hmac]).executeTakeFirst(),
  );
  return numDeletedRows > 0n;
}

/**
 * Deletes suppressions of 30 days ago and earlier. Those from before days were stored count from today, as do those that a
 * wrong clock dated on a day that is still to come.
 */
export async function deleteOldSuppressions(query: Query, today: string): Promise<void> {
  await query
    .updateTable("suppressed")
    .set({ day: today })
    .where((is) => is.or([is("day", "is", null), is("day", ">", dayAfter(today, 1))]))
    .execute();
  await query.deleteFrom("suppressed").where("day", "<=", dayAfter(today, -SUPPRESSED_DAYS)).execute();
}
