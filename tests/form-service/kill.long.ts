import { afterAll, beforeAll, describe, inject, it } from "vitest";
import { type PostgresServer, startPostgres } from "../support/postgres.ts";
import { runKills } from "./kill-campaign.ts";

/** Moments at which something is killed, for each seed. */
const POINTS = Number(process.env.KILLS ?? 40);
const AT_ONCE = 100;
const seeds = [0, 1, 2].map((i) => inject("seed") + i);

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server?.stop());

describe.each(seeds)(`${POINTS} kills with ${AT_ONCE} confirmations in flight, seed %i:`, (seed) => {
  it("SQLite loses and doubles nobody", async () => {
    const killed = await runKills({ seed, points: POINTS, atOnce: AT_ONCE, instances: 1 });
    console.log(`SQLite, seed ${seed}, ${POINTS} points: ${JSON.stringify(killed)}, 0 lost, 0 doubled`);
  });

  it("PostgreSQL with three instances loses and doubles nobody", async () => {
    const killed = await runKills({ seed, points: POINTS, atOnce: AT_ONCE, instances: 3, server });
    console.log(`PostgreSQL, seed ${seed}, ${POINTS} points: ${JSON.stringify(killed)}, 0 lost, 0 doubled`);
  });
});
