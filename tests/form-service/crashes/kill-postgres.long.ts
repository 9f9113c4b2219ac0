import { afterAll, beforeAll, inject, it } from "vitest";
import { type PostgresServer, startPostgres } from "../../support/servers/postgres.ts";
import { runKills, WHOLE_CAMPAIGN } from "./kill-campaign.ts";

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server?.stop());

const name = "PostgreSQL: three instances, one killed again and again with 100 confirmations in flight, seed + %i";
it.each([0, 1, 2])(name, async (more) => {
  const seed = inject("seed") + more;
  const killed = await runKills({ seed, ...WHOLE_CAMPAIGN, instances: 3, server });
  console.log(`PostgreSQL, seed ${seed}: ${JSON.stringify(killed)}, 0 lost, 0 doubled`);
});
