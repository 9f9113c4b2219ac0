import { randomInt } from "node:crypto";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    seed: number;
    cases: number;
    /** whether each file has a process of its own */
    isolated: boolean;
  }
}

// Vitest wants a default export of a global setup.
/**
 * The seed of a run. Keys, ids and codes come from it, so each run has others, and says how to repeat them. What
 * fast-check tries comes from it too, but `npm test` repeats the same cases until it is told a seed: `npm run test:long`
 * looks for new ones.
 */
export default function chooseSeed(project: TestProject): void {
  // The projects of a run have one seed.
  const chosen = process.env.SEED ?? process.env.RUN_SEED;
  const seed = chosen === undefined ? randomInt(2 ** 31) : Number(chosen);
  if (!Number.isSafeInteger(seed)) throw new Error("SEED must be a whole number");
  const command = project.name === "long" ? "npm run test:long" : "npm test";
  if (process.env.RUN_SEED === undefined) console.log(`seed ${seed} (repeat with SEED=${seed} ${command})`);
  // Workers have it before they load anything, and hand it on to the programs that they start.
  process.env.RUN_SEED = String(seed);
  project.provide("seed", seed);
  project.provide("isolated", project.config.isolate);
  project.provide("cases", project.name === "long" || process.env.SEED !== undefined ? seed : 1);
}
