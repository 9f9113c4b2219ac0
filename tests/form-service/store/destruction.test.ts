import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Kysely, sql } from "kysely";
import { afterEach, beforeEach, expect, it } from "vitest";
import { deleteEverything } from "../../../scripts/form-service/store/destruction.ts";
import { openStore, type Store, TABLES, type Tables } from "../../../scripts/form-service/store/schema.ts";
import { readSettings } from "../../../scripts/outside/settings.ts";
import { newEmptyDatabase } from "../harness.ts";

// Destroyed means all of it: every table that the schema makes, under any name, on either database.

const ROWS = 300;
/** What no text and no bytes of the database hold by chance. */
const CANARY = "c4n4ry-of-destruction";

let folder: string;
let store: Store;
let onPostgres: boolean;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "undersigned-destruction-"));
  const DATABASE_URL = await newEmptyDatabase();
  onPostgres = DATABASE_URL !== undefined;
  store = await openStore(readSettings({ DATA_DIR: folder, DATABASE_URL }).database);
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

it("finds nothing in any table after everything was deleted, nor in the files of SQLite", async () => {
  const tables = await tablesOf(store);
  expect(tables.map(({ name }) => name).sort()).toEqual(Object.keys(TABLES).sort());
  for (const { name, columns } of tables) {
    const rows = Array.from({ length: ROWS }, (_, row) =>
      Object.fromEntries(columns.map((column) => [column.name, valueFor(column, row)])),
    );
    await store.change((query) => query.insertInto(name).values(rows).execute());
  }
  expect(await counts(tables)).toEqual(tables.map(() => ROWS));
  if (!onPostgres) expect(filesWith(CANARY)).not.toEqual([]);

  if (onPostgres) {
    await sql`analyze`.execute(store.query);
    expect(await sampled()).not.toEqual([]);
  }

  await deleteEverything(store, onPostgres ? "postgres" : "sqlite");

  expect(await counts(tables)).toEqual(tables.map(() => 0));
  if (!onPostgres) expect(filesWith(CANARY)).toEqual([]);
  else expect(await sampled()).toEqual([]);
  // It is a database to go on with: as long as names are public, people can leave.
  const row = Object.fromEntries(tables[0]!.columns.map((column) => [column.name, valueFor(column, 1)]));
  await store.change((query) => query.insertInto(tables[0]!.name).values(row).execute());
});

/** The columns of which PostgreSQL has kept samples to plan by: of names, where a column holds names. */
async function sampled(): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select tablename || '.' || attname as name from pg_stats
    where schemaname = current_schema() and tablename not like '%migration'
      and (most_common_vals is not null or histogram_bounds is not null)`.execute(store.query);
  return rows.map(({ name }) => name);
}

type Column = { readonly name: string; readonly dataType: string };
type Table = { readonly name: keyof Tables; readonly columns: readonly Column[] };

/** As the database itself tells, without the table that says which steps were run. */
async function tablesOf({ query }: Store): Promise<Table[]> {
  const tables = (await query.introspection.getTables()).filter(({ name }) => !/migration/.test(name));
  const here = onPostgres ? await schemaOf(query) : undefined;
  return tables.filter(({ schema }) => schema === here).map(({ name, columns }) => ({ name: name as never, columns }));
}

async function schemaOf(query: Kysely<Tables>): Promise<string> {
  const { rows } = await sql<{ name: string }>`select current_schema() as name`.execute(query);
  return rows[0]!.name;
}

function valueFor({ name, dataType }: Column, row: number): string | number | Buffer {
  const type = dataType.toLowerCase();
  const text = `${CANARY} ${name} ${row}`;
  if (type === "blob" || type === "bytea") return Buffer.from(text.repeat(20));
  if (/^int/.test(type)) return row;
  if (type === "text") return text;
  throw new Error(`no value for a column of the type ${dataType}`);
}

async function counts(tables: readonly Table[]): Promise<number[]> {
  const found: number[] = [];
  for (const { name } of tables) {
    const { rows } = await sql<{ count: number }>`select count(*) as count from ${sql.table(name)}`.execute(
      store.query,
    );
    found.push(Number(rows[0]?.count));
  }
  return found;
}

function filesWith(text: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && readFileSync(join(entry.parentPath, entry.name), "latin1").includes(text))
    .map(({ name }) => name);
}
