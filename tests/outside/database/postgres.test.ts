import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { type Kysely, sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Migration } from "../../../scripts/outside/database/database.ts";
import { holdDatabase } from "../../../scripts/outside/database/one-holder.ts";
import { openDatabase } from "../../../scripts/outside/database/open.ts";
import { fixedRandomness } from "../../support/fixtures.ts";
import { type PostgresServer, startPostgres } from "../../support/servers/postgres.ts";

type Tables = { word: { key: string; text: string } };
let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server?.stop());
const create = (name: string) => async (query: Kysely<unknown>) => {
  await sql`create table ${sql.table(name)} (key text primary key, text text not null)`.execute(query);
};
const first: Migration = create("word");
const open = (url: string, migrations: readonly Migration[] = [first]) =>
  openDatabase<Tables>({ kind: "postgres", url }, migrations);

it("migrates once when ten instances start at the same time", async () => {
  const url = await server.newDatabase();
  const opened = await Promise.all(Array.from({ length: 10 }, () => open(url)));
  const { rows } = await sql`select number from migration`.execute(opened[0]!.query);
  expect(rows).toEqual([{ number: 1 }]);
  for (const database of opened) await database.close();
});

it("lets an older version go on beside a newer one, unless that one says that it cannot", async () => {
  const url = await server.newDatabase();
  const older = await open(url);
  const newer = await open(url, [first, create("more")]);
  await (await open(url)).close();
  await older.change((query) => query.insertInto("word").values({ key: "a", text: "b" }).execute());
  expect(await newer.query.selectFrom("word").select("text").execute()).toEqual([{ text: "b" }]);
  const breaking = Object.assign(create("also"), { breaksOlder: true });
  await (await open(url, [first, create("more"), breaking])).close();
  await expect(open(url, [first, create("more")])).rejects.toThrow("newer version");
  await older.close();
  await newer.close();
});

it("runs a migration whole or not at all", async () => {
  const url = await server.newDatabase();
  const broken: Migration = async (query) => {
    await create("more")(query);
    throw new Error("cut short");
  };
  await expect(open(url, [first, broken])).rejects.toThrow("cut short");
  await (await open(url, [first, create("more")])).close();
});

it("lets one instance at a time do what only one may do, and the next one after it", async () => {
  const url = await server.newDatabase();
  const [one, other] = [await open(url), await open(url)];
  let inside: boolean | undefined;
  expect(
    await one.alone("file", async () => {
      inside = await other.alone("file", async () => {});
    }),
  ).toBe(true);
  expect(inside).toBe(false);
  expect(await other.alone("file", async () => {})).toBe(true);
  await expect(one.alone("file", () => Promise.reject(new Error("away")))).rejects.toThrow("away");
  expect(await other.alone("file", async () => {})).toBe(true);
  await one.close();
  await other.close();
});

it("does a change again that stood in the way of another", async () => {
  const database = await open(await server.newDatabase());
  const values = ["a", "b"].map((key) => ({ key, text: "" }));
  await database.change((query) => query.insertInto("word").values(values).execute());
  const both = (keys: string[]) =>
    database.change(async (query) => {
      for (const key of keys) {
        await sql`update word set text = text || ${key} where key = ${key}`.execute(query);
        await sql`select pg_sleep(0.2)`.execute(query);
      }
    });
  await Promise.all([both(["a", "b"]), both(["b", "a"])]);
  const { rows } = await sql`select text from word order by key`.execute(database.query);
  expect(rows).toEqual([{ text: "aa" }, { text: "bb" }]);
  await database.close();
});

it("goes on by itself once the server is back", async () => {
  const database = await open(await server.newDatabase());
  const add = (key: string) => database.change((query) => query.insertInto("word").values({ key, text: "" }).execute());
  await add("a");
  await server.goAway();
  await expect(add("b")).rejects.toThrow();
  await server.comeBack();
  await add("c");
  const { rows } = await sql`select key from word order by key`.execute(database.query);
  expect(rows).toEqual([{ key: "a" }, { key: "c" }]);
  await database.close();
});

it("survives that the server crashes while it holds a lock, which another instance then gets", async () => {
  const url = await server.newDatabase();
  const [one, other] = [await open(url), await open(url)];
  const done = await one.alone("file", async () => {
    await server.crash();
    await server.comeBack();
    expect(await other.alone("file", async () => {})).toBe(true);
  });
  expect(done).toBe(true);
  await one.close();
  await other.close();
});

describe("is held by one service of a campaign on one machine", () => {
  const random = fixedRandomness("one holder");
  const hold = (url: string, campaign: string) => holdDatabase(url, campaign, random);
  const refused = "another service runs for this campaign on the same database";

  it("until it gives it back or ends, and by those of other campaigns beside it", async () => {
    const url = await server.newDatabase();
    const [mine, other] = [random(32), random(32)].map((key) => Buffer.from(key).toString("base64url")) as [
      string,
      string,
    ];
    const first = await hold(url, mine);
    await expect(hold(url, mine)).rejects.toThrow(refused);
    const beside = await hold(url, other);
    expect(await first.renew()).toBe(true);
    await first.release();
    const second = await hold(url, mine);
    // The one that gave it back finds it taken.
    expect(await first.renew()).toBe(false);
    expect(await second.renew()).toBe(true);
    await second.release();
    await beside.release();
  });

  it("across an outage, also where the server does not know yet that the connection has broken", async () => {
    const url = await server.newDatabase();
    const campaign = Buffer.from(random(32)).toString("base64url");
    const line = await halfOpenLine(url);
    const first = await hold(line.url, campaign);
    line.cut();
    expect(await first.renew()).toBe(true);
    await expect(hold(url, campaign)).rejects.toThrow(refused);
    await server.goAway();
    expect(await first.renew()).toBe(true);
    await server.comeBack();
    const second = await hold(url, campaign);
    expect(await first.renew()).toBe(false);
    await second.release();
    await line.close();
  });
});

/** A way to the server on which connections can be broken so that only the client notices. */
async function halfOpenLine(url: string): Promise<{ url: string; cut(): void; close(): Promise<void> }> {
  const { port } = new URL(url);
  const clients = new Set<Socket>();
  const servers = new Set<Socket>();
  const relay = createServer((client) => {
    const there = connect(Number(port), "127.0.0.1");
    clients.add(client);
    servers.add(there);
    client.on("data", (bytes) => there.write(bytes)).on("error", () => {});
    there.on("data", (bytes) => client.write(bytes)).on("error", () => {});
  }).listen(0, "127.0.0.1");
  await once(relay, "listening");
  const address = new URL(url);
  address.port = String((relay.address() as AddressInfo).port);
  return {
    url: address.href,
    cut: () => {
      for (const client of clients) client.destroy();
      clients.clear();
    },
    async close() {
      for (const socket of [...clients, ...servers]) socket.destroy();
      relay.close();
      await once(relay, "close");
    },
  };
}

it("refuses a server that does not wait for its disk", async () => {
  await server.run("alter system set fsync = off");
  await server.run("select pg_reload_conf()");
  const url = await server.newDatabase();
  await expect
    .poll(() =>
      open(url).then(
        (d) => d.close(),
        (e: Error) => e.message,
      ),
    )
    .toContain("fsync");
  await server.run("alter system reset fsync");
  await server.run("select pg_reload_conf()");
});

it("keeps no byte of what was deleted or changed in its tables, once they are written anew", async () => {
  const [one, other] = [await server.newDatabase(), await server.newDatabase()];
  const [database, neighbour] = [await open(one), await open(other)];
  const values = (word: string) =>
    Array.from({ length: 200 }, (_, i) => ({ key: `k${i}`, text: `${word}-${i}-`.repeat(i + 1) }));
  await database.change((query) => query.insertInto("word").values(values("canary")).execute());
  await neighbour.change((query) => query.insertInto("word").values(values("neighbour")).execute());
  await database.change((query) =>
    query.updateTable("word").set({ text: "changed" }).where("key", "<", "k2").execute(),
  );
  await database.change((query) => query.deleteFrom("word").where("key", ">=", "k2").execute());
  await server.run("checkpoint");
  expect(await holding("canary-")).not.toEqual([]);
  await Promise.all([database.reorder(), database.reorder()]);
  await server.run("checkpoint");
  expect(await holding("canary-")).toEqual([]);
  // What lives is where it was, and other programs' tables are not touched.
  expect(await holding("neighbour-")).not.toEqual([]);
  expect(new Set((await database.query.selectFrom("word").select("text").execute()).map(({ text }) => text))).toEqual(
    new Set(["changed"]),
  );
  await database.close();
  await neighbour.close();
});

it("puts off writing a table anew that somebody is at work on", async () => {
  const url = await server.newDatabase();
  const [database, other] = [await open(url), await open(url)];
  let done = () => {};
  const held = new Promise<void>((resolve) => {
    done = resolve;
  });
  const work = database.change(async (query) => {
    await query.insertInto("word").values({ key: "a", text: "b" }).execute();
    await held;
  });
  await other.reorder();
  done();
  await work;
  expect(await other.query.selectFrom("word").select("key").execute()).toEqual([{ key: "a" }]);
  await database.close();
  await other.close();
});

/** The files of the server's tables that hold this text. */
async function holding(text: string): Promise<string[]> {
  const base = join(server.folder, "data/base");
  const files = await readdir(base, { recursive: true, withFileTypes: true });
  const found: string[] = [];
  for (const file of files) {
    if (file.isFile() && (await readFile(join(file.parentPath, file.name))).includes(text)) found.push(file.name);
  }
  return found;
}
