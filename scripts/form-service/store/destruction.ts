import { existsSync } from "node:fs";
import { type CommandPlace, withCampaignStore } from "./campaign-database.ts";
import { type Store, TABLES, type Tables } from "./schema.ts";

/** Counts the signatures that are neither accepted nor settled otherwise, so that no decision about them exists. */
export async function countUndecided({ query }: Store): Promise<number> {
  const rows = await query
    .selectFrom("signature")
    .select("id")
    .where("state", "in", ["confirmed", "aside", "filing", "filed"])
    .execute();
  return rows.length;
}

/** Deletes every row of every table. The database's own copies and logs are left for its administrator to destroy. */
export async function deleteEverything(store: Store): Promise<void> {
  await store.change(async (query) => {
    for (const table of Object.keys(TABLES) as (keyof Tables)[]) await query.deleteFrom(table).execute();
  });
  await store.scrub();
}

/** Deletes everything in the campaign's database. One that is gone already, as when a purge is run again, is no error. */
export async function emptyDatabase(place: CommandPlace): Promise<void> {
  if (place.database.kind === "sqlite" && !existsSync(place.database.path)) return;
  await withCampaignStore(place, deleteEverything);
}
