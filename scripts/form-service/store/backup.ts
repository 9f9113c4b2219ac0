import { sql } from "kysely";
import { LetterError } from "../../letter/bytes/error.ts";
import type { Query, Tables } from "./schema.ts";
import { MIGRATIONS, TABLES } from "./schema.ts";

/** A row of a table as JSON; bytes as `{ "base64": "…" }`. */
export type BackupRow = { readonly table: keyof Tables; readonly row: Record<string, unknown> };

/** Rows that are read and written at a time. */
const AT_ONCE = 500;

/** Returns the number of the schema. @throws LetterError `backup` when the database's is not this program's */
export async function schemaOf(query: Query): Promise<number> {
  const { rows } = await sql<{ last: number }>`select coalesce(max(number), 0) as last from migration`
    .execute(query)
    .catch((cause) => {
      const advice = "set DATABASE_URL and DATA_DIR as the form service has them";
      throw new LetterError("backup", `that is no database of a form service, or it cannot be read: ${advice}`, {
        cause,
      });
    });
  if (Number(rows[0]?.last) === MIGRATIONS.length) return MIGRATIONS.length;
  throw new LetterError("backup", "the database is of another version than this program: run npm start once first");
}

/**
 * Reads every row of every table that a backup may hold, in the order of their random keys. What a confirmation leaves
 * for 48 hours is excluded, because a backup lives longer, and so is every hour, because the pepper lies beside it.
 */
export async function* readRows(query: Query): AsyncGenerator<BackupRow> {
  for (const [table, { key, backup }] of Object.entries(TABLES) as [keyof Tables, { key: string; backup: boolean }][]) {
    if (!backup) continue;
    const kept = table === "submission" ? sql`sealed is not null` : sql`1 = 1`;
    let last = "";
    for (;;) {
      const { rows } = await sql<Record<string, unknown>>`
        select * from ${sql.table(table)} where ${sql.ref(key)} > ${last} and ${kept} order by ${sql.ref(key)} limit ${AT_ONCE}
      `.execute(query);
      for (const { due: _, ...row } of rows) yield { table, row: mapValues(row, bytesToJson) };
      if (rows.length < AT_ONCE) break;
      last = String(rows.at(-1)?.[key]);
    }
  }
}

/** Writes rows into empty tables. */
export async function writeRows(query: Query, rows: AsyncIterable<BackupRow>): Promise<void> {
  let waiting: Record<string, unknown>[] = [];
  let table: keyof Tables | undefined;
  const flush = async () => {
    if (table !== undefined && waiting.length > 0) {
      await query
        .insertInto(table)
        .values(waiting as never)
        .execute();
    }
    waiting = [];
  };
  for await (const { table: next, row } of rows) {
    if (next !== table || waiting.length >= AT_ONCE) await flush();
    table = next;
    waiting.push(mapValues(row, jsonToBytes));
  }
  await flush();
}

/** Whether all tables are empty. */
export async function isEmpty(query: Query): Promise<boolean> {
  for (const table of Object.keys(TABLES)) {
    const { rows } = await sql`select 1 from ${sql.table(table)} limit 1`.execute(query);
    if (rows.length > 0) return false;
  }
  return true;
}

/** Whether a word names a table that a backup may hold. */
export function isTable(name: string): name is keyof Tables {
  return Object.hasOwn(TABLES, name) && TABLES[name as keyof Tables].backup;
}

function mapValues(row: Record<string, unknown>, change: (value: unknown) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, change(value)]));
}

function bytesToJson(value: unknown): unknown {
  return value instanceof Uint8Array ? { base64: Buffer.from(value).toString("base64") } : value;
}

function jsonToBytes(value: unknown): unknown {
  return value === null || typeof value !== "object"
    ? value
    : Buffer.from((value as { base64: string }).base64, "base64");
}
