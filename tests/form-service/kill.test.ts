import { afterAll, beforeAll, expect, it } from "vitest";
import { type PostgresServer, startPostgres } from "../support/postgres.ts";
import { runKills } from "./kill-campaign.ts";

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server?.stop());

// The whole campaign is in kill.long.ts.
it("loses and doubles nobody on SQLite when it is killed in the midst of confirmations", {
  timeout: 120_000,
}, async () => {
  const killed = await runKills({ seed: 1, points: 2, atOnce: 20, instances: 1 });
  expect(killed.cutOff).toBeGreaterThan(0);
});

it("loses and doubles nobody on PostgreSQL when one of three instances is", { timeout: 120_000 }, async () => {
  await runKills({ seed: 1, points: 3, atOnce: 15, instances: 3, server });
});
