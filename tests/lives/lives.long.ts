import fc from "fast-check";
import { afterAll, beforeAll, describe, inject, it } from "vitest";
import { sizeOf } from "../support/project/budget.ts";
import { type PostgresServer, startPostgres } from "../support/servers/postgres.ts";
import { live } from "./life.ts";
import { lives } from "./steps.ts";

const SIZE = sizeOf("random lives");
/** Lives in one test: as many as end well before vitest's time is over on a busy machine; each database has its part. */
const EACH = Math.min(125, Math.ceil(SIZE / 2));

const parts = Array.from({ length: Math.ceil(SIZE / EACH) }, (_, part) => ({
  part: part + 1,
  numRuns: Math.min(EACH, SIZE - part * EACH),
}));

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server?.stop());

// Every second part lives on PostgreSQL.
describe("brings nobody back who left, whatever happens to a campaign", () => {
  it.each(parts)("part $part: $numRuns lives", async ({ part, numRuns }) => {
    const newDatabase = part % 2 === 0 ? () => server.newDatabase() : undefined;
    await fc.assert(
      fc.asyncProperty(lives, ({ ending, number, steps }) =>
        live(steps, { ending, seed: `${part}/${number}`, newDatabase }),
      ),
      { numRuns, seed: inject("cases") + part },
    );
  });
});
