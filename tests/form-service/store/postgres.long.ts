import { afterAll, beforeAll, describe } from "vitest";
import { type PostgresServer, startPostgres } from "../../support/servers/postgres.ts";
import { useDatabases } from "../harness.ts";

// What is promised on SQLite holds on PostgreSQL: the same tests again.
describe("on PostgreSQL", () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
    useDatabases(() => server.newDatabase());
  });
  afterAll(() => server?.stop());

  // Each in a block of its own: what a file does after each test is for its own tests.
  describe("submission", () => import("../signing/submission.test.ts").then(() => {}));
  describe("withdrawal", () => import("../signing/withdrawal.test.ts").then(() => {}));
  describe("leavers", () => import("../filing/leavers.test.ts").then(() => {}));
  describe("more leavers", () => import("../filing/leavers.long.ts").then(() => {}));
  describe("what is left", () => import("../signing/left.test.ts").then(() => {}));
  describe("old backups", () => import("./old-backups.test.ts").then(() => {}));
  describe("filing", () => import("../filing/filing.test.ts").then(() => {}));
  describe("sheet kinds", () => import("../filing/sheet-kinds.test.ts").then(() => {}));
  describe("proofs", () => import("../limits/proof-of-work.test.ts").then(() => {}));
  describe("intents", () => import("../signing/intents.test.ts").then(() => {}));
  describe("crash", () => import("../crashes/crash.test.ts").then(() => {}));
  describe("mails of an hour", () => import("../limits/mail-ledger.test.ts").then(() => {}));
});
