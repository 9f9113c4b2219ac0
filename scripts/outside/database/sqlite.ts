import { closeSync, openSync } from "node:fs";
import { dirname } from "node:path";
import Sqlite from "better-sqlite3";
import { Kysely, type KyselyPlugin, type SelectQueryNode, SqliteDialect, sql } from "kysely";
import { makeFolder, wrongFolder } from "../folder.ts";
import { MOMENT, PATIENCE, untilFree } from "./busy.ts";
import type { OpenedDatabase } from "./database.ts";
import { groupCommits } from "./group-commit.ts";

/** Opens a file that only this process writes to. Deleted data in it is overwritten with zeros. */
export function openSqlite(path: string): OpenedDatabase {
  makeFolder(dirname(path), PLACES);
  makeFile(path);
  // Nothing is served yet, so the opening may wait for another program.
  const sqlite = new Sqlite(path, { timeout: PATIENCE });
  for (const setting of SETTINGS) sqlite.pragma(setting);
  const dialect = new SqliteDialect({ database: { prepare: keepStatements(sqlite), close: () => sqlite.close() } });
  const query = new Kysely<unknown>({ dialect, plugins: [withoutLocks] });
  return {
    query,
    change: groupCommits(query, () => sqlite.inTransaction),
    // A process that opens the file holds the lock on its data folder, so no other process does this work.
    async alone(_name, work) {
      await work();
      return true;
    },
    // In this journal mode a reader waits for no writer.
    snapshot: (work) => query.transaction().execute(work),
    migrate: (work) => untilFree(() => query.transaction().execute(work)),
    scrub: () =>
      query.connection().execute(async (connection) => {
        // The write-ahead log still holds what was deleted. If a backup is still reading it, this is left for next
        // time, because waiting here would hold up every request.
        await sql`pragma busy_timeout = 0`.execute(connection);
        await sql`pragma wal_checkpoint(truncate)`.execute(connection);
        await sql`pragma busy_timeout = ${sql.raw(String(MOMENT))}`.execute(connection);
      }),
    reorder: () =>
      untilFree(async () => {
        const { rows } = await sql<{ page_count: number }>`pragma page_count`.execute(query);
        if ((rows[0]?.page_count ?? 0) <= MOST_PAGES) await sql`vacuum`.execute(query);
      }),
    async close() {
      await query.destroy();
      if (sqlite.open) sqlite.close();
    },
  };
}

/** The settings that decide where the file is. */
const PLACES = "DATABASE_URL or DATA_DIR";

// SQLite would let other users of this machine read it. Its write-ahead log takes the same permissions.
function makeFile(path: string): void {
  try {
    closeSync(openSync(path, "a", 0o600));
  } catch (cause) {
    throw wrongFolder(PLACES, cause);
  }
}

/** 64 MB of pages, about 12,000 signatures, are rewritten in a second, in which no request is answered. More is not. */
const MOST_PAGES = 16_384;

const SETTINGS = [
  "journal_mode = WAL",
  // A commit is on disk before it is answered.
  "synchronous = FULL",
  "foreign_keys = ON",
  "secure_delete = ON",
  "temp_store = MEMORY",
  "trusted_schema = OFF",
  `busy_timeout = ${MOMENT}`,
];

/** The most statements that are kept. Those with lists of values have as many forms as the lists have lengths. */
const KEPT = 200;

/** Parsing the same SQL again takes as long as running it, so statements are kept. */
function keepStatements(sqlite: Sqlite.Database): (text: string) => Sqlite.Statement {
  const kept = new Map<string, Sqlite.Statement>();
  return (text) => {
    let statement = kept.get(text);
    if (!statement) {
      statement = sqlite.prepare(text);
      // A change of the schema changes what other statements return.
      if (/^\s*(create|alter|drop)\b/i.test(text)) kept.clear();
      else kept.set(text, statement);
      if (kept.size > KEPT) kept.delete(kept.keys().next().value ?? "");
    }
    return statement;
  };
}

/** With one writer there is nothing to lock, and SQLite knows no `FOR UPDATE`. */
const withoutLocks: KyselyPlugin = {
  transformQuery({ node }) {
    if (node.kind !== "SelectQueryNode") return node;
    const { endModifiers: _, ...select } = node as SelectQueryNode;
    return select;
  },
  transformResult: async ({ result }) => result,
};
