import { afterAll, beforeAll, describe, it } from "vitest";
import { type FaultyRuns, openFaultyRuns, whyNoMounts } from "./faulty-runs.ts";
import { CHANGING, type Changing, cells } from "./table.ts";

let runs: FaultyRuns;
beforeAll(async () => {
  runs = await openFaultyRuns();
});
afterAll(() => runs.remove());

const noMounts = whyNoMounts();

describe("a command that changes something", () => {
  it.each(cells())("%s is refused in one line, and changes nothing: %s", async (command, fault) => {
    if (fault === "full disk" && noMounts !== undefined) return console.log(`skipped: ${noMounts}`);
    await runs.refused(command, fault);
  });

  // Only then is it the fault that stops it. A service runs until a signal comes: the journeys see it run.
  it.each((Object.keys(CHANGING) as Changing[]).filter((command) => command !== "start"))(
    "%s does its work where nothing is wrong",
    async (command) => runs.done(command),
  );
});
