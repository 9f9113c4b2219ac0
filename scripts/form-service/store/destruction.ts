import { existsSync } from "node:fs";
import { type Kysely, sql } from "kysely";
import type { Dialect } from "../../outside/database/database.ts";
import { lookAtDatabase, tablesOf } from "../../outside/database/open.ts";
import { assertLedgerContinues, type CommandPlace, withCampaignStore } from "./campaign-database.ts";
import { MIGRATIONS, type Query, type Store, TABLES, type Tables, withStore } from "./schema.ts";
import { withoutRecord } from "./vault-records.ts";

/** What a purge asks of the campaign's database and does to it. Each call opens the database and closes it again. */
export function storeToPurge(place: CommandPlace) {
  return {
    countUndecided: () => withCampaignStore(place, countUndecided),
    leaving: () => withCampaignStore(place, leavingIds),
    lost: (ids: readonly string[]) => withCampaignStore(place, async (store) => (await withoutRecord(store, ids)).lost),
    assertContinued: (entries: readonly string[]) =>
      withCampaignStore(place, (store) => assertLedgerContinues(store, { entries })),
    isThere: () => isThere(place),
    isEmptied: () => isEmptied(place),
    deleteEverything: () => emptyDatabase(place),
  };
}

/** Counts the signatures that are neither accepted nor settled otherwise, so that no decision about them exists. */
async function countUndecided({ query }: Store): Promise<number> {
  const rows = await query
    .selectFrom("signature")
    .select("id")
    .where("state", "in", ["confirmed", "aside", "filing", "filed"])
    .execute();
  return rows.length;
}

/** Returns the ids of those who have withdrawn and whose withdrawal is not known to be on main yet. */
async function leavingIds({ query }: Store): Promise<string[]> {
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
async function emptyDatabase(place: CommandPlace): Promise<void> {
  const { database } = place;
  if (database.kind === "sqlite" && !existsSync(database.path)) return;
  const work = (store: Store) => deleteEverything(store, database.kind);
  // A purge that was cut may have emptied it, and left the bytes of the rows in its files.
  await ((await isEmptied(place)) ? withStore(database, work) : withCampaignStore(place, work));
}

/** Whether the database is gone, or has no row in any table any more. Makes nothing where there is nothing. */
async function isEmptied({ database }: CommandPlace): Promise<boolean> {
  if (database.kind === "sqlite" && !existsSync(database.path)) return true;
  const store = await lookAtDatabase<Tables>(database);
  return isEmpty(store.query, database.kind).finally(store.close);
}

/** Whether there is a database that a form service has used, be it without a row. */
async function isThere({ database }: CommandPlace): Promise<boolean> {
  if (database.kind === "sqlite" && !existsSync(database.path)) return false;
  const store = await lookAtDatabase<Tables>(database);
  const tables = await tablesOf(store.query, database.kind).finally(store.close);
  return tables.has("signature");
}

async function isEmpty(query: Query, dialect: Dialect): Promise<boolean> {
  const there = await tablesOf(query, dialect);
  for (const table of (Object.keys(TABLES) as (keyof Tables)[]).filter((name) => there.has(name)))
    if ((await query.selectFrom(table).selectAll().limit(1).executeTakeFirst()) !== undefined) return false;
  return true;
}
