import { dayAfter, dayOf } from "../../letter/bytes/day.ts";
import type { Clock } from "../../outside/clock.ts";
import { deleteSpentProofs } from "../limits/spent-proofs.ts";
import { isDue, lastDueDay } from "../store/due-hour.ts";
import type { Query, Store } from "../store/schema.ts";
import { deleteOldWindowKeys } from "./mailed-codes.ts";
import type { WaitingCodes } from "./pending-confirmations.ts";
import { deleteOldSuppressions } from "./suppression.ts";
import { deleteWithdrawn } from "./withdrawal.ts";

export type Expiring = {
  readonly store: Store;
  readonly clock: Clock;
  readonly pepper: Uint8Array;
  readonly codes: Pick<WaitingCodes, "expire" | "knowsDue">;
};

/**
 * Deletes the submissions whose 48 hours are over, and what was kept of their confirmation: to the moment while memory
 * knows it, to the hour otherwise, as after a restart and of other instances. Window keys, suppressions, spent proofs
 * and remains of withdrawals expire here too.
 *
 * The log of changes is emptied each time, whatever was deleted, because it shows the order of confirmations.
 *
 * @returns deletes what is too old now
 */
export function openExpiry({ store, clock, pepper, codes }: Expiring): () => Promise<void> {
  let seen: number | undefined;
  return async () => {
    const now = clock.now();
    const hour = Math.floor(now.getTime() / 3_600_000);
    await store.change(async (query) => {
      // Rows become due by the hour, so one look an hour is enough.
      if (hour !== seen) await deleteDue(query, { pepper, codes }, now);
      await deleteWithdrawn(query, pepper, now);
      await deleteOldWindowKeys(query, now);
      await deleteOldSuppressions(query, dayOf(now));
      await deleteSpentProofs(query, now);
    });
    seen = hour;
    await codes.expire(async (hashes) => {
      await store.change((query) => query.deleteFrom("submission").where("s_hash", "in", hashes).execute());
    });
    await store.scrub();
  };
}

/** A statement holds a limited number of values. */
const AT_ONCE = 1000;

async function deleteDue(
  query: Query,
  { pepper, codes }: Pick<Expiring, "pepper" | "codes">,
  now: Date,
): Promise<void> {
  const lastDay = lastDueDay(now);
  // A day that is still to come was written by a wrong clock: without this the row would live until then.
  const today = dayOf(now);
  await query.updateTable("submission").set({ day: today }).where("day", ">", dayAfter(today, 1)).execute();
  await query.deleteFrom("submission").where("day", "<", lastDay).execute();
  const old = await query
    .selectFrom("submission")
    .select(["s_hash", "day", "due"])
    .where("day", "=", lastDay)
    .execute();
  const over = old.filter((row) => !codes.knowsDue(row.s_hash) && isDue(pepper, row.s_hash, row, now));
  for (let from = 0; from < over.length; from += AT_ONCE) {
    const some = over.slice(from, from + AT_ONCE).map(({ s_hash }) => s_hash);
    await query.deleteFrom("submission").where("s_hash", "in", some).execute();
  }
}
