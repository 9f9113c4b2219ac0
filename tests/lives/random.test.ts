import fc from "fast-check";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { type PostgresServer, startPostgres } from "../support/servers/postgres.ts";
import { live } from "./life.ts";
import { lives } from "./steps.ts";

/** Lives on each database: one takes a second of a processor, half of it git's. `lives.long.ts` lives 2,000. */
const LIVES = 20;
/** Milliseconds after which a life must hang. */
const ON_A_BUSY_MACHINE = LIVES * 180_000;

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server?.stop());

it.each(["SQLite", "PostgreSQL"])(
  "brings nobody back who left, whatever happens to a campaign on %s",
  async (on) => {
    const newDatabase = on === "PostgreSQL" ? () => server.newDatabase() : undefined;
    let lived = 0;
    await fc.assert(
      fc.asyncProperty(lives, async ({ ending, number, steps }) => {
        await live(steps, { ending, seed: `${on}/${number}`, newDatabase });
        lived += 1;
      }),
      { numRuns: LIVES, seed: inject("cases") + on.length },
    );
    expect(lived).toBe(LIVES);
  },
  ON_A_BUSY_MACHINE,
);
