import { type Kysely, sql } from "kysely";
import { LetterError } from "../letter/error.ts";
import { openPostgres } from "./postgres.ts";
import { openSqlite } from "./sqlite.ts";

/** An open database with the tables `T`. */
export type Database<T> = {
  /** For reading. What is to be changed goes through `change`. */
  readonly query: Kysely<T>;
  /**
   * Does the work in one transaction; when it resolves, the commit is on the disk. A work that throws changes nothing.
   *
   * A work uses the query that it is given and no other, and does nothing but query: it may be run again, and others
   * may share its transaction.
   */
  change<R>(work: (query: Kysely<T>) => Promise<R>): Promise<R>;
  /** Reads at one moment, whatever others change meanwhile. */
  snapshot<R>(work: (query: Kysely<T>) => Promise<R>): Promise<R>;
  /** Does the work unless another process does work of this name on the same database; then false, at once. */
  alone(name: LockName, work: () => Promise<void>): Promise<boolean>;
  /** Carries deletions through to the disk, as far as the database allows it. */
  scrub(): Promise<void>;
  /**
   * Writes everything anew, as far as the database allows it: without what was deleted, and in the order of its keys, which
   * are random, for how a file has grown tells who came after whom.
   */
  reorder(): Promise<void>;
  close(): Promise<void>;
};

/** Where a database lies. */
export type DatabasePlace =
  | { readonly kind: "sqlite"; readonly path: string }
  | { readonly kind: "postgres"; readonly url: string };

/** The languages of SQL that a migration may have to tell apart. */
export type Dialect = DatabasePlace["kind"];

/** Work that one process at a time does. */
export type LockName = "file";

/**
 * One step of the schema; its number is its place in the list, and it is never changed once it has been run anywhere.
 *
 * A step only adds: while one instance after the other is replaced, the older ones go on working on the new schema.
 * `breaksOlder` marks one that they cannot work on; they must be stopped before it is run.
 */
export type Migration = ((query: Kysely<unknown>, dialect: Dialect) => Promise<void>) & {
  readonly breaksOlder?: boolean;
};

/** A database before its schema has been looked at. */
export type OpenedDatabase = Database<unknown> & {
  /** Does the work in one transaction, once no other process migrates. */
  migrate(work: (query: Kysely<unknown>) => Promise<void>): Promise<void>;
};

/**
 * Opens the database and brings its schema up to date. A commit is on the disk before it is answered.
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

/** The database as it is, for a look: its schema may be older or newer than this program. */
export async function lookAtDatabase<T>(at: DatabasePlace): Promise<Pick<Database<T>, "query" | "snapshot" | "close">> {
  return (await connect(at)) as unknown as Database<T>;
}

async function connect(at: DatabasePlace): Promise<OpenedDatabase> {
  return at.kind === "sqlite" ? openSqlite(at.path) : openPostgres(at.url);
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
