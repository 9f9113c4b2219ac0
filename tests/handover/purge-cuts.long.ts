import { it } from "vitest";
import { fixedRandomness } from "../support/fixtures.ts";
import { openCutPurge } from "./cut-purge.ts";

it("a purge may be cut at every step, and at another one when it is run again", async () => {
  const cut = await openCutPurge();
  const random = fixedRandomness("second cuts of a purge");
  const failed: string[] = [];
  try {
    for (let step = 1; step <= cut.steps; step++) {
      const second = 1 + (Buffer.from(random(2)).readUInt16BE() % cut.steps);
      for (const steps of step % 3 === 0 ? [[step], [step, second]] : [[step]])
        await cut.cutAt(...steps).catch((cause) => failed.push(`cut at ${steps}: ${cause.message}`));
    }
  } finally {
    cut.remove();
  }
  if (failed.length > 0) throw new Error(`of ${cut.steps} steps:\n${failed.join("\n")}`);
});
