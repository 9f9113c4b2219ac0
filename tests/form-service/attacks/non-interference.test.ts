import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { INTERFERENCES } from "./interferences.ts";
import { nobodyCanTell, RARE } from "./non-interference.ts";
import { openTwoWorlds } from "./two-worlds.ts";

let worlds: Awaited<ReturnType<typeof openTwoWorlds>>;
afterEach(() => worlds.close());

const SEQUENCES = 300;
const STEPS = { steps: 4 };

describe("nobody but the mailbox learns whether an address has signed", () => {
  it(`in ${SEQUENCES} sequences of requests`, async () => {
    worlds = await openTwoWorlds();
    await fc.assert(nobodyCanTell(worlds, STEPS), { numRuns: SEQUENCES, endOnFailure: false, examples: RARE });
  });
});

describe("the comparison notices", () => {
  for (const [name, interference] of Object.entries(INTERFERENCES)) {
    it(name, async () => {
      worlds = await openTwoWorlds(interference);
      const details = await fc.check(nobodyCanTell(worlds, STEPS), { numRuns: SEQUENCES, endOnFailure: true });
      expect(details.failed).toBe(true);
    });
  }
});
