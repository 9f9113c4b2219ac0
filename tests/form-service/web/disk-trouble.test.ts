import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { days, minutes, people } from "../../support/fixtures.ts";
import { formOf, type Harness, openHarness, submit } from "../harness.ts";

let harness: Harness;
beforeEach(async () => {
  harness = await openHarness();
  harness.writeSite("en/index.html", "<h1>en</h1>");
});
afterEach(() => harness.close());

/** Another program, such as somebody's `sqlite3`, that holds the lock of the database until it is ended. */
async function lockElsewhere(): Promise<ChildProcess> {
  const sqlite = createRequire(import.meta.url).resolve("better-sqlite3");
  const program = `
    const database = new (require(${JSON.stringify(sqlite)}))(${JSON.stringify(join(harness.dataDir, "service.db"))});
    database.exec("begin exclusive");
    console.log("held");
    process.stdin.resume();`;
  const child = spawn(process.execPath, ["-e", program], { stdio: ["pipe", "pipe", "inherit"] });
  await once(child.stdout, "data");
  return child;
}

async function unlock(other: ChildProcess): Promise<void> {
  const ended = once(other, "exit");
  other.kill("SIGKILL");
  await ended;
}

const ready = async () => {
  const answer = await harness.get("/readyz");
  return [answer.status, await answer.text()];
};

describe("while another program holds the lock of the database", () => {
  it("pages are shown, and a form is taken as soon as the lock is free", async () => {
    const waiting = await submit(harness, people.sara);
    const other = await lockElsewhere();
    const order: string[] = [];
    const confirmed = harness.post("/en/confirm/", waiting).then(({ status }) => order.push(`form ${status}`));
    for (const path of ["/en/", "/healthz", `/en/confirm/?s=${waiting.s}`, "/en/"])
      order.push(`${path.split("?")[0]} ${(await harness.get(path)).status}`);
    await unlock(other);
    await confirmed;
    expect(order).toEqual(["/en/ 200", "/healthz 200", "/en/confirm/ 200", "/en/ 200", "form 200"]);
  });

  it("a form that has waited long enough is answered with 503, and the service is not ready until the lock is free", async () => {
    const other = await lockElsewhere();
    const form = harness.post("/en/sign/", formOf(people.sara));
    expect(await ready()).toEqual([503, "the database does not answer in time\n"]);
    const answer = await form;
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "120"]);
    await unlock(other);
    harness.clock.advance(minutes(1));
    expect(await ready()).toEqual([200, "ready\n"]);
    expect((await harness.post("/en/sign/", formOf(people.sara))).status).toBe(303);
  });
});

describe("readiness", () => {
  it("says what a form would say while the database takes no changes", async () => {
    await sql`pragma query_only = on`.execute(harness.store.query);
    expect(await ready()).toEqual([503, "the database takes no changes\n"]);
    expect((await harness.post("/en/sign/", formOf(people.sara))).status).toBe(503);
    await sql`pragma query_only = off`.execute(harness.store.query);
    harness.clock.advance(minutes(1));
    expect(await ready()).toEqual([200, "ready\n"]);
  });

  it("commits a change to the disk for it, one for all who ask within seconds, and leaves nothing", async () => {
    const log = () => readFileSync(join(harness.dataDir, "service.db-wal"));
    const before = log();
    await Promise.all([ready(), ready()]);
    const after = log();
    expect(after.equals(before)).toBe(false);
    for (let times = 0; times < 100; times++) expect(await ready()).toEqual([200, "ready\n"]);
    expect(log().equals(after)).toBe(true);
    expect(await harness.store.query.selectFrom("spent_proof").selectAll().execute()).toEqual([]);
    harness.clock.advance(minutes(1));
    await ready();
    expect(log().equals(after)).toBe(false);
  });

  it("is not kept by a clock that was set back", async () => {
    await ready();
    await sql`pragma query_only = on`.execute(harness.store.query);
    harness.clock.advance(-days(1));
    expect(await ready()).toEqual([503, "the database takes no changes\n"]);
  });
});
