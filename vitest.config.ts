import { defineConfig } from "vitest/config";

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
    projects: [
      { test: { ...everyProject, name: "tests", include: ["tests/**/*.test.ts"] } },
      { test: { ...everyProject, name: "long", include: ["tests/**/*.long.ts"], testTimeout: 30 * 60_000 } },
    ],
  },
});
