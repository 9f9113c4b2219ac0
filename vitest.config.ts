import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files that start whole services and browsers come first: one that is begun last is waited for alone. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => RANKS.findIndex((folder) => moduleId.includes(folder));
    return (await super.sort(files)).toSorted((a, b) => rank(b) - rank(a));
  }
}

/** What the paths of slow files begin with, the slowest last; all others come after them. */
const RANKS = [
  "/tests/outside/github",
  "/tests/cli/",
  "/tests/actions/",
  "/tests/form-service/kill",
  "/tests/journeys/",
];

const everyProject = {
  globalSetup: ["tests/support/choose-seed.ts"],
  setupFiles: ["tests/support/use-seed.ts"],
  // A journey waits for a real service and a real browser; a pure test is done in milliseconds.
  testTimeout: 30_000,
  hookTimeout: 60_000,
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
