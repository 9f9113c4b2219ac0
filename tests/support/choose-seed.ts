import { randomInt } from "node:crypto";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    seed: number;
  }
}

// Vitest wants a default export of a global setup.
/** `npm test` repeats the same cases every time; `npm run test:long` looks for new ones and says how to repeat them. */
export default function chooseSeed(project: TestProject): void {
  const fresh = project.name === "long" ? randomInt(2 ** 31) : 1;
  const seed = process.env.SEED === undefined ? fresh : Number(process.env.SEED);
  if (!Number.isSafeInteger(seed)) throw new Error("SEED must be a whole number");
  if (project.name === "long") console.log(`seed ${seed} (repeat with SEED=${seed} npm run test:long)`);
  project.provide("seed", seed);
}
