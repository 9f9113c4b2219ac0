import childProcess from "node:child_process";
import fs from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";

/** What a program does to the world: each call of git, and each change of the file system. */
export type DyingWorld = {
  /** how many steps there were since `cutAt` */
  steps(): number;
  /** Counts anew; this step and all after it fail, as for a process that is dead. Without a step nothing fails. */
  cutAt(step?: number): void;
  /** Counts something else as a step, before it and after it: what it does inside is its own. */
  step<T>(work: () => Promise<T>): Promise<T>;
  restore(): void;
};

const CHANGES = ["rm", "rename", "writeFile", "mkdir", "mkdtemp", "symlink", "unlink", "link"] as const;

/** The error of a step that did not happen. */
export class Cut extends Error {}

/** Stands between this process and the world, until it is restored. */
export function openDyingWorld(): DyingWorld {
  let [count, last] = [0, Number.POSITIVE_INFINITY];
  const pass = () => {
    count++;
    if (count >= last) throw new Cut(`cut at step ${count}`);
  };
  type Call = (...args: unknown[]) => unknown;
  const originals: [object, string, Call][] = [];
  const replace = (owner: object, name: string, isStep: (args: readonly unknown[]) => boolean, sync: boolean) => {
    const original = (owner as Record<string, Call>)[name]!;
    originals.push([owner, name, original]);
    const wrapped: Call = sync
      ? (...args) => {
          if (isStep(args)) pass();
          return original(...args);
        }
      : async (...args) => {
          if (isStep(args)) pass();
          return original(...args);
        };
    (owner as Record<string, Call>)[name] = wrapped;
  };
  for (const name of CHANGES) replace(fs, name, () => true, false);
  replace(fs, "open", ([, flags]) => flags !== undefined && flags !== "r", false);
  replace(childProcess, "spawn", () => true, true);
  syncBuiltinESMExports();
  return {
    steps: () => count,
    cutAt(step = Number.POSITIVE_INFINITY) {
      [count, last] = [0, step];
    },
    async step(work) {
      pass();
      const result = await work();
      pass();
      return result;
    },
    restore() {
      for (const [owner, name, original] of originals) (owner as Record<string, Call>)[name] = original;
      syncBuiltinESMExports();
    },
  };
}
