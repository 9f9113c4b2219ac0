import fc from "fast-check";
import { afterAll, beforeAll, describe, inject, it } from "vitest";
import { sizeOf } from "../support/project/budget.ts";
import { type PostgresServer, startPostgres } from "../support/servers/postgres.ts";
import { operate } from "./operate.ts";
import { operations } from "./steps.ts";

const SIZE = sizeOf("operations");
/** Sequences in one test: as many as end well before vitest's time is over on a busy machine; each database has its part. */
const EACH = Math.min(40, Math.ceil(SIZE / 2));

const parts = Array.from({ length: Math.ceil(SIZE / EACH) }, (_, part) => ({
  part: part + 1,
  numRuns: Math.min(EACH, SIZE - part * EACH),
}));

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server?.stop());

// Every second part works on PostgreSQL.
describe("loses, doubles and forges nothing, and nobody is stuck, whatever operators do", () => {
  it.each(parts)("part $part: $numRuns sequences", async ({ part, numRuns }) => {
    const newDatabase = part % 2 === 0 ? () => server.newDatabase() : undefined;
    await fc.assert(
      fc.asyncProperty(operations(true), ({ ending, number, steps }) =>
        operate(steps, { ending, seed: `${part}/${number}`, newDatabase }),
      ),
      { numRuns, seed: inject("cases") + part },
    );
  });
});
