import type { DatabasePlace } from "../../outside/database/database.ts";
import { openDatabase } from "../../outside/database/open.ts";
import { MIGRATIONS, type Store, type Tables } from "./schema.ts";

/** Opens the service's database for one piece of work, as a command does, and closes it whatever comes of it. */
export async function withStore<T>(at: DatabasePlace, use: (store: Store) => Promise<T>): Promise<T> {
  const store = await openDatabase<Tables>(at, MIGRATIONS);
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}
