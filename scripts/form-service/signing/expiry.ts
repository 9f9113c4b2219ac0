import { dayAfter, dayOf } from "../../letter/bytes/day.ts";
import type { Clock } from "../../outside/clock.ts";
import { deleteSpentProofs } from "../limits/spent-proofs.ts";
import type { Store } from "../store/schema.ts";
import { CODE_LIFE, deleteOldWindowKeys } from "./mailed-codes.ts";
import type { WaitingCodes } from "./pending-confirmations.ts";
import { deleteOldSuppressions } from "./suppression.ts";
import { deleteWithdrawn } from "./withdrawal.ts";

/**
 * Deletes the submissions whose 48 hours are over, and what was kept of their confirmation: to the moment while memory
 * knows it, by days after a restart. Window keys, suppressions, spent proofs and remains of withdrawals expire here
 * too.
 *
 * The log of changes is emptied each time, whatever was deleted, because it shows the order of confirmations.
 */
export async function deleteExpired(store: Store, clock: Clock, codes: Pick<WaitingCodes, "expire">): Promise<void> {
  const now = clock.now();
  const lastDay = dayAfter(dayOf(new Date(now.getTime() - CODE_LIFE)), -1);
  await store.change(async (query) => {
    await query.deleteFrom("submission").where("day", "<=", lastDay).execute();
    await deleteWithdrawn(query, lastDay, dayOf(now));
    await deleteOldWindowKeys(query, now);
    await deleteOldSuppressions(query, dayOf(now));
    await deleteSpentProofs(query, now);
  });
  await codes.expire(async (hashes) => {
    await store.change((query) => query.deleteFrom("submission").where("s_hash", "in", hashes).execute());
  });
  await store.scrub();
}
