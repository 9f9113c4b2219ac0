import fc from "fast-check";
import { afterAll, beforeAll, inject, it } from "vitest";
import { type PostgresServer, startPostgres } from "./servers/postgres.ts";

/** What one run is made of. Its database is PostgreSQL's in every second part; undefined is SQLite's own. */
export type PartRun = { readonly seed: string; readonly newDatabase: (() => Promise<string>) | undefined };

/**
 * Runs a property in parts, one test each, so that each ends well before vitest's time is over on a busy machine. Every
 * second part works on PostgreSQL; there are two parts at least, so that each database has its own.
 *
 * @param each how many runs a part has at most
 */
export function runInParts<Case extends { readonly number: number }>(
  { what, size, each }: { readonly what: string; readonly size: number; readonly each: number },
  cases: fc.Arbitrary<Case>,
  run: (one: Case, part: PartRun) => Promise<void>,
): void {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server?.stop());

  it.each(partsOf(size, each))(`part $part: $numRuns ${what}`, async ({ part, numRuns }) => {
    const newDatabase = part % 2 === 0 ? () => server.newDatabase() : undefined;
    await fc.assert(
      fc.asyncProperty(cases, (one) => run(one, { seed: `${part}/${one.number}`, newDatabase })),
      { numRuns, seed: inject("cases") + part },
    );
  });
}

function partsOf(size: number, most: number) {
  const each = Math.min(most, Math.ceil(size / 2));
  return Array.from({ length: Math.ceil(size / each) }, (_, part) => ({
    part: part + 1,
    numRuns: Math.min(each, size - part * each),
  }));
}
