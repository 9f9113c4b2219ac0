import { CompiledQuery, type DatabaseConnection, Kysely, PostgresDialect, sql } from "kysely";
import { Pool } from "pg";
import { LetterError } from "../../letter/bytes/error.ts";
import { causeOf } from "../log.ts";
import type { LockName, OpenedDatabase } from "./database.ts";

/** Connections of one instance. */
const CONNECTIONS = 10;
/** Attempts at a transaction that conflicts with another one. */
const ATTEMPTS = 5;

/** Any numbers will do if every version of the program uses the same: "unde" in ASCII, and one for each name. */
const LOCKS = 0x756e6465;
const LOCK_NUMBERS: Record<LockName | "migrate" | "rewrite", number> = { migrate: 1, file: 2, rewrite: 3 };

/** A table of 64 MB is rewritten in a second, in which no request is answered; a larger one is left to PostgreSQL. */
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * Connects to a database that any number of instances may share.
 *
 * @throws LetterError `database` when the server does not wait for its disk
 */
export async function openPostgres(url: string): Promise<OpenedDatabase> {
  const pool = new Pool({
    connectionString: url,
    max: CONNECTIONS,
    connectionTimeoutMillis: 5_000,
    // A peer that has disappeared must not be waited for: the page would never be answered.
    query_timeout: 30_000,
    keepAlive: true,
    application_name: "undersigned",
  });
  // A query reports a connection that breaks under it, and the next query replaces it. But if an idle connection
  // breaks, an error without a listener would end the process.
  pool.on("error", () => {});
  pool.on("connect", (client) => client.on("error", () => {}));
  const query = new Kysely<unknown>({ dialect: new PostgresDialect({ pool, onCreateConnection: prepare }) });
  try {
    await assertDurable(query);
  } catch (cause) {
    await query.destroy();
    if (cause instanceof LetterError) throw cause;
    const { code } = causeOf(cause);
    const rule = "PostgreSQL cannot be used: look whether it runs, and at DATABASE_URL";
    throw new LetterError("database", code === "" ? rule : `${rule} (${code})`, { cause });
  }
  return {
    query,
    change: (work) => untilUndisturbed(() => query.transaction().execute(work)),
    alone: (name, work) => alone(query, name, work),
    snapshot: (work) =>
      query.transaction().setIsolationLevel("repeatable read").setAccessMode("read only").execute(work),
    migrate: (work) =>
      query.transaction().execute(async (transaction) => {
        await sql`select pg_advisory_xact_lock(${LOCKS}::int, ${LOCK_NUMBERS.migrate}::int)`.execute(transaction);
        await work(transaction);
      }),
    // PostgreSQL overwrites nothing: old row versions remain in its files until `rewrite` replaces them.
    scrub: async () => {},
    reorder: async () => {
      await alone(query, "rewrite", () => rewrite(query));
    },
    close: () => query.destroy(),
  };
}

async function prepare(connection: DatabaseConnection): Promise<void> {
  // Whatever the settings of the server are, a commit is answered only once it is on disk.
  await connection.executeQuery(CompiledQuery.raw("set synchronous_commit = on"));
  await connection.executeQuery(CompiledQuery.raw("set idle_in_transaction_session_timeout = '60s'"));
}

async function assertDurable(query: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<{ fsync: string }>`show fsync`.execute(query);
  if (rows[0]?.fsync === "on") return;
  throw new LetterError("database", "PostgreSQL runs with fsync off: what it confirms may be lost; set it to on");
}

/** Runs the work under a lock that the server releases when this process or its connection ends. */
function alone(query: Kysely<unknown>, name: keyof typeof LOCK_NUMBERS, work: () => Promise<void>): Promise<boolean> {
  const [space, number] = [sql`${LOCKS}::int`, sql`${LOCK_NUMBERS[name]}::int`];
  return query.connection().execute(async (connection) => {
    const { rows } = await sql<{ got: boolean }>`select pg_try_advisory_lock(${space}, ${number}) as got`.execute(
      connection,
    );
    if (!rows[0]?.got) return false;
    try {
      await work();
    } finally {
      // If the connection has broken meanwhile, the lock is gone with it.
      await sql`select pg_advisory_unlock(${space}, ${number})`.execute(connection).catch(() => {});
    }
    return true;
  });
}

/**
 * Writes the tables into new files and removes the old ones, with the versions of deleted or changed rows: a plain
 * vacuum frees their space, but leaves the bytes. The transaction ids of the rows still show their order.
 */
async function rewrite(query: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<{ name: string }>`
    select relname as name from pg_class
    where relkind = 'r' and relnamespace = current_schema()::regnamespace and pg_table_size(oid) <= ${MOST_BYTES}
    order by relname`.execute(query);
  await query.connection().execute(async (connection) => {
    // Everyone else who needs the table queues up behind this lock, so a table in use is left for next time.
    await sql`set lock_timeout = '200ms'`.execute(connection);
    await sql`set statement_timeout = '5s'`.execute(connection);
    try {
      for (const { name } of rows) await sql`vacuum (full) ${sql.table(name)}`.execute(connection).catch(unlessPutOff);
    } finally {
      await sql`set lock_timeout = 0`.execute(connection);
      await sql`set statement_timeout = 0`.execute(connection);
    }
  });
}

/** The table is in use (`lock_not_available`) or too slow today (`query_canceled`): it is left for next time. */
function unlessPutOff(cause: unknown): void {
  if (!["55P03", "57014"].includes(Object(cause).code)) throw cause;
}

/** Runs a transaction again if the server ended it because of a conflict with another one, such as a deadlock. */
async function untilUndisturbed<R>(run: () => Promise<R>): Promise<R> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run();
    } catch (cause) {
      const { code } = Object(cause) as { code?: unknown };
      if (attempt >= ATTEMPTS || (code !== "40P01" && code !== "40001")) throw cause;
    }
  }
}
