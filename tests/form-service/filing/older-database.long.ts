import { afterAll, beforeAll, describe } from "vitest";
import { type PostgresServer, startPostgres } from "../../support/servers/postgres.ts";
import { useDatabases } from "../harness.ts";
import { describeOlder, describeOnce, describeTwoMachines } from "./older-database.ts";

function describeAll(): void {
  describe("a copy of the database that is put back while the service is stopped", () => describeOlder(false));
  describe("a copy of the database that is put back under the running service", () => describeOlder(true));
  describeTwoMachines();
  describeOnce();
}

describe("on SQLite", describeAll);

describe("on PostgreSQL", () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
    useDatabases(() => server.newDatabase());
  });
  afterAll(() => server?.stop());
  describeAll();
});
