import { dayAfter, dayOf } from "../../letter/bytes/day.ts";
import type { Clock } from "../../outside/clock.ts";
import { deleteSpentProofs } from "../limits/spent-proofs.ts";
import type { Store } from "../store/schema.ts";
import { CODE_LIFE, deleteOldWindowKeys } from "./mailed-codes.ts";
import { deleteOldSuppressions } from "./suppression.ts";
import type { WaitingCodes } from "./waiting-codes.ts";
import { deleteWithdrawn } from "./withdrawal.ts";

/**
 * Deletes the submissions whose 48 hours are over, and with them what was kept of a confirmation: to the moment while memory
 * knows it, after a restart by days. Window keys, suppressions, spent proofs and what is left of withdrawals go when their time is over.
 *
 * The log of changes is emptied each time, whatever was deleted: it tells who confirmed after whom.
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
