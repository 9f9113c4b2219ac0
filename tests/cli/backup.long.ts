import { afterAll, beforeAll, it } from "vitest";
import { type PostgresServer, startPostgres } from "../support/servers/postgres.ts";
import { runBackupJourney } from "./backup-journey.ts";

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server?.stop());

it("is made of PostgreSQL while the service runs, and after it nothing is filed twice", async () => {
  await runBackupJourney(async () => ({ DATABASE_URL: await server.newDatabase() }));
});
