import { openStore, type Store, TABLES, type Tables } from "../../../scripts/form-service/store/schema.ts";
import type { DatabasePlace } from "../../../scripts/outside/database/database.ts";

type Name = keyof Tables;

/** Everything in a database, by table. The same for both databases, as a dump of the one or a copy of the other would be. */
export type Rows = ReadonlyMap<Name, readonly object[]>;

const NAMES = Object.keys(TABLES) as Name[];

/** Reads everything that is in a database. */
export function takeRows(store: Store): Promise<Rows> {
  return store.snapshot(async (query) => {
    const rows = new Map<Name, readonly object[]>();
    for (const name of NAMES) rows.set(name, await query.selectFrom(name).selectAll().execute());
    return rows;
  });
}

/** Makes a database what it was: an image of the disk, a dump, or a standby that had not heard of the last commits. */
export async function putRows(at: DatabasePlace, rows: Rows): Promise<void> {
  const store = await openStore(at);
  try {
    await store.change(async (query) => {
      for (const name of NAMES) await query.deleteFrom(name).execute();
      for (const [name, some] of rows)
        if (some.length > 0)
          await query
            .insertInto(name)
            .values(some as never)
            .execute();
    });
  } finally {
    await store.close();
  }
}

/** A database without anybody, with its tables, as `npm start` makes one where it finds none. */
export const EMPTY: Rows = new Map();
