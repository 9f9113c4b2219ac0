import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** One that is begun last is waited for alone. A worker that is shared ends at a file that wants its own: these come first. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) => LONG.some((part) => moduleId.includes(part));
    const place = (file: TestSpecification) => (file.project.config.isolate ? 0 : 2) + (isLong(file) ? 0 : 1);
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b));
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

/**
 * Files that get a process of their own: they move the clock of the process, its working folder or its environment, hand in
 * other databases for all that follows, or are long anyway. All others share the processes, and so load the code a few times
 * a run instead of once a file, which was a fifth of all processor time.
 */
const APART = [
  "tests/*.test.ts",
  "tests/{actions,bench,cli,github,go,journeys,lives,mutants,operations,workflows}/**",
  "tests/outside/github/**",
  "tests/accept/accept.test.ts",
  "tests/form-service/{attacks,crashes}/**",
  "tests/form-service/filing/stuck-sheets.test.ts",
  "tests/form-service/store/postgres.test.ts",
  "tests/handover/{handover,open,purge}.test.ts",
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
      { test: { ...everyProject, name: "tests", isolate: false, include: ["tests/**/*.test.ts"], exclude: APART } },
      {
        test: { ...everyProject, name: "apart", include: APART.map((files) => files.replace(/\*\*$/, "**/*.test.ts")) },
      },
      { test: { ...everyProject, name: "long", include: ["tests/**/*.long.ts"], testTimeout: 30 * 60_000 } },
    ],
  },
});
