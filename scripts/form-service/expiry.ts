import { dayAfter, dayOf } from "../letter/day.ts";
import type { Clock } from "../outside/clock.ts";
import type { Store } from "./schema.ts";
import { deleteSpentProofs } from "./spent-proofs.ts";
import { CODE_LIFE } from "./submissions.ts";
import type { WaitingCodes } from "./waiting-codes.ts";

/**
 * Deletes the submissions whose 48 hours are over: to the moment while memory knows it, after a restart by days; and the
 * proofs of work that nobody could use again.
 *
 * The log of changes is emptied each time, whatever was deleted: it tells who confirmed after whom.
 */
export async function deleteExpired(store: Store, clock: Clock, codes: Pick<WaitingCodes, "expire">): Promise<void> {
  const lastDay = dayAfter(dayOf(new Date(clock.now().getTime() - CODE_LIFE)), -1);
  await store.change((query) => query.deleteFrom("submission").where("day", "<=", lastDay).execute());
  await store.change((query) => deleteSpentProofs(query, clock.now()));
  await codes.expire(async (hashes) => {
    await store.change((query) => query.deleteFrom("submission").where("s_hash", "in", hashes).execute());
  });
  await store.scrub();
}
