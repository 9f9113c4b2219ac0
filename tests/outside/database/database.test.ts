import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Kysely, sql } from "kysely";
import { afterAll, expect, it } from "vitest";
import type { Migration } from "../../../scripts/outside/database/database.ts";
import { lookAtDatabase, openDatabase } from "../../../scripts/outside/database/open.ts";

type Tables = { word: { key: string; text: string } };
const folder = mkdtempSync(join(tmpdir(), "undersigned-database-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => ({ kind: "sqlite", path: join(folder, "below", name) }) as const;
const first: Migration = async (query) => {
  await sql`create table word (key text primary key, text text not null) without rowid`.execute(query);
};
const broken: Migration = async (query) => {
  await sql`create table more (key text primary key)`.execute(query);
  throw new Error("cut short");
};
const more: Migration = async (query) => {
  await sql`create table more (key text primary key)`.execute(query);
};
const also = async (query: Kysely<unknown>) => {
  await sql`create table also (key text primary key)`.execute(query);
};

it("runs each migration once, whole or not at all", async () => {
  await (await openDatabase<Tables>(at("a.db"), [first])).close();
  await expect(openDatabase<Tables>(at("a.db"), [first, broken])).rejects.toThrow("cut short");
  const database = await openDatabase<Tables>(at("a.db"), [first]);
  const { rows } = await sql`select name from sqlite_master where name = 'more'`.execute(database.query);
  expect(rows).toEqual([]);
  await database.close();
});

it("refuses a database of a newer version only when that says so", async () => {
  await (await openDatabase<Tables>(at("b.db"), [first, more])).close();
  await (await openDatabase<Tables>(at("b.db"), [first])).close();
  await (await openDatabase<Tables>(at("b.db"), [first, more, Object.assign(also, { breaksOlder: true })])).close();
  await expect(openDatabase<Tables>(at("b.db"), [first, more])).rejects.toThrow("newer version");
});

it("leaves no byte of what was deleted once it is scrubbed", async () => {
  const database = await openDatabase<Tables>(at("c.db"), [first]);
  const values = Array.from({ length: 200 }, (_, i) => ({ key: `k${i}`, text: `canary-${i}-`.repeat(i) || "canary-" }));
  await database.query.insertInto("word").values(values).execute();
  await database.query.deleteFrom("word").execute();
  await database.scrub();
  for (const end of ["", "-wal"]) expect(readFileSync(at("c.db").path + end).includes("canary-")).toBe(false);
  await database.close();
});

it("tells nothing of the order in which its rows came, once it is reordered", async () => {
  const keys = Array.from({ length: 500 }, (_, i) => createHash("sha256").update(String(i)).digest("hex"));
  const files: Buffer[] = [];
  for (const [name, order] of [["f.db", keys] as const, ["g.db", keys.toSorted()] as const]) {
    const database = await openDatabase<Tables>(at(name), [first]);
    for (const key of order) {
      await database.change((query) =>
        query
          .insertInto("word")
          .values({ key, text: "x".repeat(100) })
          .execute(),
      );
    }
    await database.reorder();
    await database.scrub();
    // Behind the header, which counts changes.
    files.push(readFileSync(at(name).path).subarray(100));
    await database.close();
  }
  expect(files[0]!.equals(files[1]!)).toBe(true);
});

it("is not held up by a backup that is being made", async () => {
  const database = await openDatabase<Tables>(at("h.db"), [first]);
  const reader = await lookAtDatabase<Tables>(at("h.db"));
  const add = (key: string) => database.change((query) => query.insertInto("word").values({ key, text: "" }).execute());
  await add("a");
  const seen = await reader.snapshot(async (query) => {
    const before = await query.selectFrom("word").select("key").execute();
    await add("b");
    const began = performance.now();
    await database.scrub();
    expect(performance.now() - began).toBeLessThan(4000);
    return [before, await query.selectFrom("word").select("key").execute()];
  });
  expect(seen).toEqual([[{ key: "a" }], [{ key: "a" }]]);
  await reader.close();
  await database.close();
});

it("is durable: a commit is on the disk before it is answered", async () => {
  const database = await openDatabase<Tables>(at("d.db"), [first]);
  const { rows } = await sql<{ synchronous: number }>`pragma synchronous`.execute(database.query);
  expect(rows[0]?.synchronous).toBe(2);
  await database.close();
});

it("is its owner's alone, also in a folder that others may look into", async () => {
  mkdirSync(join(folder, "open"), { mode: 0o755 });
  const path = join(folder, "open", "e.db");
  const database = await openDatabase<Tables>({ kind: "sqlite", path }, [first]);
  for (const end of ["", "-wal", "-shm"]) expect([end, statSync(path + end).mode & 0o777]).toEqual([end, 0o600]);
  await database.close();
});
