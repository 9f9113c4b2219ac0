import { it } from "vitest";
import { fixedRandomness } from "../support/fixtures.ts";
import { openCutPurge } from "./cut-purge.ts";

// The long tests cut at each step. Here the seed chooses some of them.
const CUTS = 3;

it("a purge that is cut at a call of git or at a change of a file ends well when it is run again", async () => {
  const cut = await openCutPurge();
  const random = fixedRandomness("steps of a purge");
  try {
    for (let i = 0; i < CUTS; i++) {
      // One of each third: before it begins, while it destroys, and around the new repository.
      const step = 1 + Math.floor(((i + random(1)[0]! / 256) * cut.steps) / CUTS);
      await cut.cutAt(step).catch((cause) => {
        throw new Error(`cut at step ${step} of ${cut.steps}: ${cause.message}`, { cause });
      });
    }
  } finally {
    cut.remove();
  }
});
