import { afterAll, afterEach, beforeAll, describe, it } from "vitest";
import { openStage, type Stage } from "./stage.ts";
import { meetStranger, RUNS, SETTINGS } from "./stranger.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterEach(() => stage.clear());
afterAll(() => stage?.close());

describe("a stranger who types her address, and a thief of her mailbox", () => {
  it.each(RUNS)("in $lang, JavaScript $javaScript", async (run) => {
    await meetStranger(run.lang, await stage.set({ ...run, settings: SETTINGS }));
  });
});
