import type { Query, Store } from "../store/schema.ts";

/** The table stores times no finer than this, in milliseconds. */
const SLOT = 10 * 60_000;

/** Whether a proof has been used on any instance. */
export async function isProofSpent(query: Query, hash: string): Promise<boolean> {
  const row = await query.selectFrom("spent_proof").select("hash").where("hash", "=", hash).executeTakeFirst();
  return row !== undefined;
}

/** Uses a proof up. Returns false if another request was first. */
export async function spendProof(store: Store, hash: string, expires: number): Promise<boolean> {
  const values = { hash, slot: Math.floor(expires / SLOT) };
  return store.change(async (query) => {
    const { numInsertedOrUpdatedRows } = await query
      .insertInto("spent_proof")
      .values(values)
      .onConflict((conflict) => conflict.column("hash").doNothing())
      .executeTakeFirst();
    return numInsertedOrUpdatedRows === 1n;
  });
}

/** Forgets the proofs of expired challenges. */
export async function deleteSpentProofs(query: Query, now: Date): Promise<void> {
  await query
    .deleteFrom("spent_proof")
    .where("slot", "<", Math.floor(now.getTime() / SLOT))
    .execute();
}
