import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** One that is begun last is waited for alone. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) => LONG.some((part) => moduleId.includes(part));
    return (await super.sort(files)).toSorted((a, b) => Number(isLong(b)) - Number(isLong(a)));
  }
}

/** Files of half a minute and more. The others do best mixed: some compute, some wait. */
const LONG = [
  "/tests/journeys/",
  "/tests/form-service/crashes/kill.",
  "/tests/accept/accept.test.",
  "/tests/cli/start.",
  "/tests/handover/open.",
  "/tests/lives/lives.",
  "/tests/lives/random.",
  "/tests/operations/operations.",
];

const everyProject = {
  globalSetup: ["tests/support/choose-seed.ts", "tests/support/run-folder.ts"],
  setupFiles: ["tests/support/use-seed.ts"],
  // What a test waits for itself has an end of its own. This ends what hangs, so it leaves a busy machine its time: a pure
  // test is done in milliseconds, and a journey waits for a real service and a real browser.
  testTimeout: 600_000,
  hookTimeout: 600_000,
  expect: { poll: { timeout: 120_000 } },
};

export default defineConfig({
  test: {
    reporters: ["default"],
    // Most files wait for processes, servers and browsers: more workers than cores keep the cores busy.
    maxWorkers: 4,
    sequence: { sequencer: LongestFirst },
    projects: [
      { test: { ...everyProject, name: "tests", include: ["tests/**/*.test.ts"] } },
      { test: { ...everyProject, name: "long", include: ["tests/**/*.long.ts"], testTimeout: 30 * 60_000 } },
    ],
  },
});
