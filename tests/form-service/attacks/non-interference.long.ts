import fc from "fast-check";
import { expect, inject, it } from "vitest";
import { sizeOf } from "../../support/project/budget.ts";
import { nobodyCanTell, RARE } from "./non-interference.ts";
import { openTwoWorlds } from "./two-worlds.ts";

const SEQUENCES = sizeOf("sequences in two worlds");

it(
  `nobody but the mailbox learns whether an address has signed, in ${SEQUENCES} sequences of requests`,
  async () => {
    const worlds = await openTwoWorlds();
    try {
      const details = await fc.check(nobodyCanTell(worlds, { steps: 12 }), {
        numRuns: SEQUENCES,
        endOnFailure: false,
        examples: RARE,
      });
      console.log(`seed ${inject("seed")}: ${details.numRuns} sequences were equal or looked at`);
      if (details.failed) console.log(String(details.errorInstance));
      expect(details.failed, fc.defaultReportMessage(details)).toBe(false);
    } finally {
      await worlds.close();
    }
    // A second for each, on a machine that has much else to do.
  },
  60_000 + SEQUENCES * 1_000,
);
