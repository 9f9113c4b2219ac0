import { existsSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { compiled } from "./compiled.ts";

/** Makes the folder that the test files of a run share, and removes it when the run is over. */
export function setup(_project: TestProject): (() => void) | undefined {
  // The projects of a run share it, too.
  if (process.env.RUN_FOLDER !== undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), "undersigned-run-"));
  // Workers have it before they load anything.
  process.env.RUN_FOLDER = folder;
  Object.assign(process.env, compiled);
  return () => rmSync(folder, { recursive: true, force: true });
}

/**
 * Returns a folder of the run that `make` has filled, once for all test files: to read from and to copy, never to change.
 *
 * @param name the same for the same content in the whole run
 */
export async function madeOnce(name: string, make: (folder: string) => Promise<void> | void): Promise<string> {
  const made = join(runFolder(), name);
  if (existsSync(made)) return made;
  const making = mkdtempSync(`${made}-`);
  await make(making);
  try {
    renameSync(making, made);
  } catch (cause) {
    // Another test file was faster, and has made the same.
    rmSync(making, { recursive: true, force: true });
    if (!existsSync(made)) throw cause;
  }
  return made;
}

let own: string | undefined;

/** The folder of the run; one of its own for a program that no run has started, such as a bench. */
function runFolder(): string {
  if (process.env.RUN_FOLDER !== undefined) return process.env.RUN_FOLDER;
  if (own === undefined) {
    const folder = mkdtempSync(join(tmpdir(), "undersigned-run-"));
    process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
    own = folder;
  }
  return own;
}
