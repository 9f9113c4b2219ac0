import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { compiled } from "../../support/compiled.ts";
import { type PostgresServer, startPostgres } from "../../support/servers/postgres.ts";
import { root } from "../../support/source.ts";
import { operate } from "../operate.ts";
import { BREAKAGES } from "./breakages.ts";
import { CORPUS, type Told } from "./corpus.ts";

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server?.stop());

const told = Object.values<Told>(CORPUS);

describe("what operators once did", () => {
  // The databases take turns, so that both see every kind of run.
  for (const [i, { what, steps }] of told.entries())
    it(`does no harm any more: ${what}`, async () => {
      const newDatabase = (i + inject("cases")) % 2 === 0 ? () => server.newDatabase() : undefined;
      await operate(steps, { ending: "names", seed: "corpus", newDatabase });
    });
});

describe("the model", () => {
  it.each(BREAKAGES)("notices when it is not so that $without", async ({ steps, changes, found }) => {
    expect(await operateBroken(steps, JSON.stringify(changes))).toMatch(found);
  });

  it("says nothing of a program without changes", async () => {
    expect(await operateBroken("erased", "[]")).toBe("nothing was found\n");
  });
});

/** Operates a campaign with a program that was changed, and returns what was said. */
async function operateBroken(steps: keyof typeof CORPUS, CHANGES: string): Promise<string> {
  const env = {
    ...{ PATH: process.env.PATH, RUN_SEED: process.env.RUN_SEED, CHANGES },
    ...compiled,
    NODE_OPTIONS: `--import=${join(root, "tests/operations/found/broken.ts")}`,
  };
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(root, "tests/operations/found/alone.ts"), steps],
    {
      env,
    },
  );
  return stdout;
}
