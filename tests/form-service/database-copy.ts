import { TABLES, type Tables } from "../../scripts/form-service/store/schema.ts";
import type { Harness } from "./harness.ts";

/** Everything that a database holds, as a copy of its file or a snapshot of its disk does. */
export type DatabaseCopy = ReadonlyMap<keyof Tables, readonly object[]>;

export async function copyDatabase({ store }: Harness): Promise<DatabaseCopy> {
  const rows = new Map<keyof Tables, object[]>();
  for (const table of Object.keys(TABLES) as (keyof Tables)[])
    rows.set(table, await store.query.selectFrom(table).selectAll().execute());
  return rows;
}

/** Puts a copy back, as an operator or a standby does: the service is told nothing. */
export async function putBack({ store }: Harness, copy: DatabaseCopy): Promise<void> {
  await store.change(async (query) => {
    for (const [table, rows] of copy) {
      await query.deleteFrom(table).execute();
      for (const row of rows)
        await query
          .insertInto(table)
          .values(row as never)
          .execute();
    }
  });
}
