import { describe } from "vitest";
import { describeOlder, describeOnce } from "./older-database.ts";

// The rest of the combinations, and all of them on PostgreSQL: `older-database.long.ts`.
describe("a copy of the database that is put back while the service is stopped", () =>
  describeOlder(false, ["still on their open sheet"]));
describe("a copy of the database that is put back under the running service", () =>
  describeOlder(true, ["withdrawn from the list"]));
describeOnce();
