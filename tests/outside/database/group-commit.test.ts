import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { sql } from "kysely";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Database } from "../../../scripts/outside/database/database.ts";
import { groupCommits } from "../../../scripts/outside/database/group-commit.ts";
import { openDatabase } from "../../../scripts/outside/database/open.ts";

type Tables = { word: { key: string; text: string } };
const folder = mkdtempSync(join(tmpdir(), "undersigned-group-commit-"));
afterAll(() => rmSync(folder, { recursive: true }));

let count = 0;
let path: string;
let database: Database<Tables>;
beforeEach(async () => {
  path = join(folder, `${count++}.db`);
  database = await openDatabase<Tables>({ kind: "sqlite", path }, [
    async (query) => {
      await sql`create table word (key text primary key, text text not null) without rowid`.execute(query);
    },
  ]);
});
afterEach(() => database.close());

const add = (key: string, text = "") =>
  database.change((query) => query.insertInto("word").values({ key, text }).execute());
const keys = () => {
  // What another process would see, and so what a power cut would leave.
  const reader = new Sqlite(path, { readonly: true });
  try {
    return (reader.prepare("select key from word order by key").all() as { key: string }[]).map(({ key }) => key);
  } finally {
    reader.close();
  }
};

describe("while another program holds the lock", () => {
  let other: Sqlite.Database;
  beforeEach(() => {
    other = new Sqlite(path);
    other.exec("begin exclusive");
  });
  afterEach(() => other.close());

  it("a change waits, nothing else does, and it is made once the lock is free", async () => {
    const changed = add("a");
    // Anything that waited for the lock on this thread would never let it go.
    for (let turn = 0; turn < 5; turn++) {
      await new Promise((resolve) => setTimeout(resolve));
      expect(await database.query.selectFrom("word").selectAll().execute()).toEqual([]);
    }
    const later = add("b");
    other.exec("commit");
    await Promise.all([changed, later]);
    expect(keys()).toEqual(["a", "b"]);
  });

  it("gives up a change that has waited long enough, and says why", async () => {
    const impatient = groupCommits(database.query, () => false, 1);
    const work = (query: Database<Tables>["query"]) =>
      query.insertInto("word").values({ key: "a", text: "" }).execute();
    const refused = await impatient(work).catch((cause: unknown) => cause);
    expect(refused).toMatchObject({ code: "SQLITE_BUSY" });
    other.exec("commit");
    await impatient(work);
    expect(keys()).toEqual(["a"]);
  });
});

describe("changes that come at the same time", () => {
  it("are seen by another process once they are answered, and share one commit", async () => {
    let seen: string[] = [];
    const first = add("a").then(() => {
      seen = keys();
    });
    await Promise.all([first, ...["b", "c", "d"].map((key) => add(key))]);
    expect(seen).toEqual(["a", "b", "c", "d"]);
  });

  it("are undone alone when they throw, whatever they had done before", async () => {
    const broken = database.change(async (query) => {
      await query.insertInto("word").values({ key: "b", text: "" }).execute();
      throw new Error("cut short");
    });
    const atOnce = database.change(() => {
      throw new Error("cut short before it began");
    });
    const outcomes = await Promise.allSettled([add("a"), broken, add("a"), atOnce, add("c")]);
    expect(outcomes.map(({ status }) => status)).toEqual([
      ...["fulfilled", "rejected", "rejected", "rejected", "fulfilled"],
    ]);
    expect(keys()).toEqual(["a", "c"]);
  });

  it("see what those before them did, in the order in which they came", async () => {
    await add("a", "0");
    const count = () =>
      database.change(async (query) => {
        const { text } = await query.selectFrom("word").select("text").executeTakeFirstOrThrow();
        await query
          .updateTable("word")
          .set({ text: String(Number(text) + 1) })
          .execute();
        return Number(text);
      });
    expect(await Promise.all(Array.from({ length: 500 }, count))).toEqual(Array.from({ length: 500 }, (_, i) => i));
  });

  it("are all told when the disk is full, and leave nothing behind; afterwards it goes on", async () => {
    await add("a");
    const { rows } = await sql<{ page_count: number }>`pragma page_count`.execute(database.query);
    const most = (pages: number) => sql`pragma max_page_count = ${sql.raw(String(pages))}`.execute(database.query);
    await most(rows[0]!.page_count + 2);
    const long = "x".repeat(3000);
    const outcomes = await Promise.allSettled(["b", "c", "d", "e", "f"].map((key) => add(key, long)));
    // Those who were told that it is done find it; nobody else does.
    const done = ["b", "c", "d", "e", "f"].filter((_, i) => outcomes[i]!.status === "fulfilled");
    expect(done.length).toBeLessThan(5);
    expect(keys()).toEqual(["a", ...done]);
    await most(1000);
    await add("g", long);
    expect(keys()).toEqual(["a", ...done, "g"]);
  });
});
