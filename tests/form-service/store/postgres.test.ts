import { afterAll, beforeAll, describe } from "vitest";
import { type PostgresServer, startPostgres } from "../../support/servers/postgres.ts";
import { useDatabases } from "../harness.ts";

// What is promised on SQLite holds on PostgreSQL: the same tests again, more of them in postgres.long.ts.
describe("on PostgreSQL", () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
    useDatabases(() => server.newDatabase());
  });
  afterAll(() => server?.stop());

  describe("confirmation", () => import("../signing/confirmation.test.ts").then(() => {}));
  describe("upgrade", () => import("./upgrade.test.ts").then(() => {}));
  describe("destruction", () => import("./destruction.test.ts").then(() => {}));
});
