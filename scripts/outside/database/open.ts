import { existsSync } from "node:fs";
import { type Kysely, sql } from "kysely";
import { LetterError } from "../../letter/bytes/error.ts";
import type { Database, DatabasePlace, Dialect, Migration, OpenedDatabase } from "./database.ts";
import { openSqlite } from "./sqlite.ts";
import { explainTrouble, isDatabaseTrouble } from "./trouble.ts";

/**
 * Opens the database and brings its schema up to date. A commit is on disk before it is answered.
 *
 * @throws LetterError `database` when a newer version of the project has changed it so that this one cannot go on
 */
export async function openDatabase<T>(at: DatabasePlace, migrations: readonly Migration[]): Promise<Database<T>> {
  const opened = await connect(at);
  try {
    await opened.migrate((query) => migrate(query, at.kind, migrations));
  } catch (cause) {
    await opened.close();
    throw cause;
  }
  return opened as unknown as Database<T>;
}

/**
 * Opens a database that a form service has made, and brings its schema up to date.
 *
 * @throws LetterError `database` when there is none: a mistyped setting must not make an empty one
 */
export async function openExistingDatabase<T>(
  at: DatabasePlace,
  migrations: readonly Migration[],
): Promise<Database<T>> {
  const missing = new LetterError(
    "database",
    `there is no database of a form service ${at.kind === "sqlite" ? `at ${at.path}` : "there"}: set DATABASE_URL and DATA_DIR as the form service has them`,
  );
  if (at.kind === "sqlite" && !existsSync(at.path)) throw missing;
  const opened = await connect(at);
  const made = await sql`select number from migration`
    .execute(opened.query)
    .then(
      ({ rows }) => rows.length > 0,
      (cause) => {
        // A database that cannot be read may well be one.
        if (explainTrouble(cause) !== undefined || isDatabaseTrouble(cause)) throw cause;
        return false;
      },
    )
    .finally(opened.close);
  if (!made) throw missing;
  return openDatabase<T>(at, migrations);
}

/** Looks at every page of an SQLite file. @throws as SQLite does for one that is damaged */
export async function assertWhole<T>({ query }: Pick<Database<T>, "query">, dialect: Dialect): Promise<void> {
  if (dialect !== "sqlite") return;
  const { rows } = await sql<{ quick_check: string }>`pragma quick_check(1)`.execute(query);
  if (rows[0]?.quick_check !== "ok") throw Object.assign(new Error("damaged"), { code: "SQLITE_CORRUPT" });
}

/** Opens the database as it is, for inspection: its schema may be older or newer than this program. */
export async function lookAtDatabase<T>(at: DatabasePlace): Promise<Pick<Database<T>, "query" | "snapshot" | "close">> {
  return (await connect(at)) as unknown as Database<T>;
}

/** Returns the names of the tables that a database has. On PostgreSQL others may have theirs beside, in other schemas. */
export async function tablesOf<T>(query: Kysely<T>, dialect: Dialect): Promise<ReadonlySet<string>> {
  const tables = await query.introspection.getTables();
  if (dialect === "sqlite") return new Set(tables.map(({ name }) => name));
  const { rows } = await sql<{ schema: string }>`select current_schema() as schema`.execute(query);
  return new Set(tables.filter(({ schema }) => schema === rows[0]?.schema).map(({ name }) => name));
}

async function connect(at: DatabasePlace): Promise<OpenedDatabase> {
  if (at.kind === "sqlite") return openSqlite(at.path);
  // Few have it, and every command would load it.
  const { openPostgres } = await import("./postgres.ts");
  return openPostgres(at.url);
}

async function migrate(query: Kysely<unknown>, dialect: Dialect, migrations: readonly Migration[]): Promise<void> {
  await sql`create table if not exists migration (number integer primary key)`.execute(query);
  await sql`create table if not exists breaking_migration (number integer primary key)`.execute(query);
  const last = await highest(query, "migration");
  if ((await highest(query, "breaking_migration")) > migrations.length) {
    throw new LetterError("database", "the database was changed by a newer version of this program: start that one");
  }
  for (const [i, step] of migrations.entries()) {
    if (i < last) continue;
    await step(query, dialect);
    await sql`insert into migration (number) values (${i + 1})`.execute(query);
    if (step.breaksOlder) await sql`insert into breaking_migration (number) values (${i + 1})`.execute(query);
  }
}

async function highest(query: Kysely<unknown>, table: "migration" | "breaking_migration"): Promise<number> {
  const { rows } = await sql<{
    last: number;
  }>`select coalesce(max(number), 0) as last from ${sql.table(table)}`.execute(query);
  return Number(rows[0]?.last);
}
