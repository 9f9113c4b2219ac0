import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { INTERFERENCES } from "./interferences.ts";
import { differenceIn, nobodyCanTell, type Scenario } from "./non-interference.ts";
import { openTwoWorlds } from "./two-worlds.ts";

let worlds: Awaited<ReturnType<typeof openTwoWorlds>>;
afterEach(() => worlds.close());

const SEQUENCES = 300;

describe("nobody but the mailbox learns whether an address has signed", () => {
  it(`in ${SEQUENCES} sequences of requests`, async () => {
    worlds = await openTwoWorlds();
    await fc.assert(nobodyCanTell(worlds), { numRuns: SEQUENCES, endOnFailure: false });
  }, 300_000);

  // A shared allowance shrinks once many codes go to one domain; so it must not matter who has signed there.
  it("by withdrawals for it that raise an alarm", async () => {
    worlds = await openTwoWorlds();
    const leave = { do: "leave", who: { victim: 0 }, place: "town", lang: "en", times: 66 } as const;
    const sign = { do: "sign", who: { own: 2 }, place: "tor", lang: "en", times: 25, proved: false } as const;
    const steps: Scenario["steps"] = [leave, { ...sign, scripts: false }];
    const found = await differenceIn(worlds, { story: "signed", domain: "example.org", ago: 0, steps });
    expect(found).toBeUndefined();
  });
});

describe("the comparison notices", () => {
  for (const [name, interference] of Object.entries(INTERFERENCES)) {
    it(name, async () => {
      worlds = await openTwoWorlds(interference);
      const details = await fc.check(nobodyCanTell(worlds), { numRuns: SEQUENCES, endOnFailure: true });
      expect(details.failed).toBe(true);
    }, 300_000);
  }
});
