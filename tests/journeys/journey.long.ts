import { afterAll, afterEach, beforeAll, describe, it } from "vitest";
import { openStage, type Stage } from "./stage.ts";
import { RUNS, walkWholeWay } from "./whole-way.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterEach(() => stage.clear());
afterAll(() => stage?.close());

// The other two runs are in journey.test.ts.
describe("a signature from the letter to the list, and off it again", () => {
  it.each([RUNS[1], RUNS[2]])("in $lang, JavaScript $javaScript, shown as $shown", async (run) => {
    await walkWholeWay(run, await stage.set(run));
  });
});
