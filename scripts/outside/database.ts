import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import Sqlite from "better-sqlite3";
import { Kysely, SqliteDialect, sql } from "kysely";
import { LetterError } from "../letter/error.ts";

/** An open database with the tables `T`. */
export type Database<T> = {
  readonly query: Kysely<T>;
  /** Carries deletions through to the disk: empties the log of changes, which still holds what was deleted. */
  scrub(): Promise<void>;
  close(): Promise<void>;
};

/** The languages of SQL that a migration may have to tell apart. */
export type Dialect = "sqlite";

/** One step of the schema; its number is its place in the list, and it is never changed once it has been run anywhere. */
export type Migration = (query: Kysely<unknown>, dialect: Dialect) => Promise<void>;

/**
 * Opens the database and brings its schema up to date.
 *
 * A commit is on the disk before it is answered (`synchronous=FULL`), and what is deleted is overwritten with zeros
 * (`secure_delete`).
 *
 * @throws LetterError `database` when a newer version of the project has written it
 */
export async function openDatabase<T>(
  at: { readonly kind: "sqlite"; readonly path: string },
  migrations: readonly Migration[],
): Promise<Database<T>> {
  mkdirSync(dirname(at.path), { recursive: true, mode: 0o700 });
  // SQLite would let others on this machine read it; its log of changes takes the same permissions.
  closeSync(openSync(at.path, "a", 0o600));
  const sqlite = new Sqlite(at.path);
  for (const setting of SQLITE) sqlite.pragma(setting);
  const query = new Kysely<T>({ dialect: new SqliteDialect({ database: sqlite }) });
  try {
    await migrate(query as Kysely<unknown>, "sqlite", migrations);
  } catch (cause) {
    sqlite.close();
    throw cause;
  }
  return {
    query,
    scrub: () =>
      query.connection().execute(async (connection) => {
        await sql`pragma wal_checkpoint(truncate)`.execute(connection);
      }),
    async close() {
      await query.destroy();
      if (sqlite.open) sqlite.close();
    },
  };
}

const SQLITE = [
  "journal_mode = WAL",
  "synchronous = FULL",
  "foreign_keys = ON",
  "secure_delete = ON",
  "temp_store = MEMORY",
  "trusted_schema = OFF",
  "busy_timeout = 5000",
];

async function migrate(query: Kysely<unknown>, dialect: Dialect, migrations: readonly Migration[]): Promise<void> {
  await sql`create table if not exists migration (number integer primary key)`.execute(query);
  const { rows } = await sql<{ last: number }>`select coalesce(max(number), 0) as last from migration`.execute(query);
  const last = Number(rows[0]?.last);
  if (last > migrations.length) {
    throw new LetterError("database", "the database was written by a newer version of this program: start that one");
  }
  for (const [i, step] of migrations.entries()) {
    if (i < last) continue;
    await query.transaction().execute(async (transaction) => {
      await step(transaction, dialect);
      await sql`insert into migration (number) values (${i + 1})`.execute(transaction);
    });
  }
}
