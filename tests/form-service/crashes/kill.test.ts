import { afterAll, beforeAll, expect, it } from "vitest";
import { openStore } from "../../../scripts/form-service/store/schema.ts";
import { idOf, openingOf } from "../../../scripts/letter/signature/derivation.ts";
import { readSettings } from "../../../scripts/outside/settings.ts";
import { confirm } from "../../journeys/signatory.ts";
import { fixedRandomness } from "../../support/fixtures.ts";
import { type PostgresServer, startPostgres } from "../../support/servers/postgres.ts";
import { makeDataDir, removeDataDir } from "../../support/servers/service.ts";
import { startInstance } from "./instances.ts";
import { openAcceptance, runKills, submitMany } from "./kill-campaign.ts";

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server?.stop());

// The whole campaign is in kill.long.ts and kill-postgres.long.ts.
it("loses and doubles nobody on SQLite when it is killed, its clock jumps and its disk is full", async () => {
  const killed = await runKills({ seed: 1, points: 6, atOnce: 20, troubleEvery: 3, instances: 1 });
  expect(killed.cutOff).toBeGreaterThan(0);
  if (process.platform !== "linux") return;
  expect(killed.noRoom).toBeGreaterThan(0);
  expect(killed.troubles).toEqual({ kill: 3, clock: 1, fullDisk: 1 });
});

it("loses and doubles nobody on PostgreSQL when one of two instances is killed", async () => {
  await runKills({ seed: 1, points: 2, atOnce: 15, troubleEvery: 3, instances: 2, server });
});

// Everything that was answered before the end is there; what is not answered may be done again.
it.each(["SQLite", "PostgreSQL"])("on %s it stops within ten seconds in the midst of confirmations", async (kind) => {
  const dataDir = makeDataDir();
  const settings = {
    ...{ DATA_DIR: dataDir, MAIL_URL: "capture:", FILE_EVERY: "100ms" },
    ...(kind === "SQLite" ? {} : { DATABASE_URL: await server.newDatabase() }),
  };
  const edition = await (await openAcceptance(dataDir))();
  const store = await openStore(readSettings(settings).database);
  const people = await submitMany(store, 60, edition, fixedRandomness("stop"));
  const instance = await startInstance(settings);
  const answers = people.map(({ s, code }) => confirm(instance.origin, { lang: "en", s }, code).catch(() => undefined));
  await Promise.race(answers);
  expect(await instance.stop()).toBe(0);
  const told = (await Promise.all(answers)).filter((code) => code !== undefined);
  expect(told.length).toBeGreaterThan(0);
  const vault = new Set((await store.query.selectFrom("vault").select("id").execute()).map(({ id }) => id));
  expect(told.filter((code) => !vault.has(idOf(openingOf(code))))).toEqual([]);
  await store.close();
  removeDataDir(dataDir);
});

it("on PostgreSQL it ends also while the database is away", async () => {
  const dataDir = makeDataDir();
  const url = await server.newDatabase();
  await (await openAcceptance(dataDir))();
  const instance = await startInstance({ DATA_DIR: dataDir, MAIL_URL: "capture:", DATABASE_URL: url });
  await server.goAway();
  expect(await instance.stop()).toBe(0);
  await server.comeBack();
  removeDataDir(dataDir);
});
