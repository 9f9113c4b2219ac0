import type { Query, Store } from "./schema.ts";

/** Why new signatures are paused, one sentence per language. */
export type Reasons = Readonly<Record<string, string>>;

/** Pauses new signatures, or changes the reason, for every instance on this database at once. */
export async function pause(store: Store, reasons: Reasons): Promise<void> {
  const text = JSON.stringify(reasons);
  await store.change((query) =>
    query
      .insertInto("pause")
      .values({ name: "pause", reasons: text })
      .onConflict((conflict) => conflict.column("name").doUpdateSet({ reasons: text }))
      .execute(),
  );
}

/** Takes new signatures again. Returns false if they were not paused. */
export async function resume(store: Store): Promise<boolean> {
  const { numDeletedRows } = await store.change((query) => query.deleteFrom("pause").executeTakeFirst());
  return numDeletedRows > 0n;
}

/** Returns why new signatures are paused; undefined if they are not. */
export async function readPause(query: Query): Promise<Reasons | undefined> {
  const row = await query.selectFrom("pause").select("reasons").executeTakeFirst();
  return row && (JSON.parse(row.reasons) as Reasons);
}
