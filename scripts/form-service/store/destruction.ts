import { existsSync } from "node:fs";
import { type Kysely, sql } from "kysely";
import type { Dialect } from "../../outside/database/database.ts";
import { type CommandPlace, withCampaignStore } from "./campaign-database.ts";
import { MIGRATIONS, type Store, TABLES, type Tables, withStore } from "./schema.ts";

/** Counts the signatures that are neither accepted nor settled otherwise, so that no decision about them exists. */
export async function countUndecided({ query }: Store): Promise<number> {
  const rows = await query
    .selectFrom("signature")
    .select("id")
    .where("state", "in", ["confirmed", "aside", "filing", "filed"])
    .execute();
  return rows.length;
}

/** Returns the ids of those who have withdrawn and whose withdrawal is not known to be on main yet. */
export async function leavingIds({ query }: Store): Promise<string[]> {
  return (await query.selectFrom("withdrawal").select("id").execute()).map(({ id }) => id);
}

/**
 * Deletes every row of every table. PostgreSQL keeps the bytes of deleted rows in its files, and samples of what a column
 * held in its statistics, so there the tables are dropped and made again. Its log, and copies of the database, are left
 * for its administrator to destroy.
 */
export async function deleteEverything(store: Store, dialect: Dialect): Promise<void> {
  const tables = Object.keys(TABLES) as (keyof Tables)[];
  await store.change(async (query) => {
    for (const table of tables) await query.deleteFrom(table).execute();
  });
  if (dialect === "postgres") {
    await store.change(async (query) => {
      for (const table of tables) await query.schema.dropTable(table).execute();
      for (const step of MIGRATIONS) await step(query as unknown as Kysely<unknown>, dialect);
    });
    // Only the owner of the database may: to others the statistics of dropped tables do not show either.
    await sql`vacuum (full) pg_catalog.pg_statistic`.execute(store.query).catch(() => {});
  }
  await store.scrub();
}

/** Deletes everything in the campaign's database. One that is gone already, as when a purge is run again, is no error. */
export async function emptyDatabase(place: CommandPlace): Promise<void> {
  const { kind } = place.database;
  if (place.database.kind === "sqlite" && !existsSync(place.database.path)) return;
  if (kind === "postgres" && (await withStore(place.database, isEmpty))) return;
  await withCampaignStore(place, (store) => deleteEverything(store, kind));
}

async function isEmpty({ query }: Store): Promise<boolean> {
  for (const table of Object.keys(TABLES) as (keyof Tables)[])
    if ((await query.selectFrom(table).selectAll().limit(1).executeTakeFirst()) !== undefined) return false;
  return true;
}
