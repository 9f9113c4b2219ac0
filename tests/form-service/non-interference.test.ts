import fc from "fast-check";
import { afterAll, beforeAll, it } from "vitest";
import { nobodyCanTell } from "./non-interference.ts";
import { openTwoWorlds } from "./two-worlds.ts";

let worlds: Awaited<ReturnType<typeof openTwoWorlds>>;
beforeAll(async () => {
  worlds = await openTwoWorlds();
});
afterAll(() => worlds.close());

it("nobody else can tell whether the owner of an address has done something here", async () => {
  const t = process.cpuUsage();
  try { await fc.assert(nobodyCanTell(worlds), { numRuns: 300, endOnFailure: false }); } finally { console.log(process.cpuUsage(t)); }
}, 300000);
