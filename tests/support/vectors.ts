import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Where the worked values lie that others made; a clone without them still passes its tests. */
export const vectorsDir: string | undefined = process.env.VECTORS_DIR || undefined;

/** Use as `describe.skipIf(noVectors)`: the tests are then reported as skipped, not left out. */
export const noVectors: boolean = vectorsDir === undefined;

/** The bytes of one file under `VECTORS_DIR`. Call it inside a test or a hook: a skipped block's body still runs. */
export function readVector(path: string): Buffer {
  if (vectorsDir === undefined) throw new Error("VECTORS_DIR is not set");
  return readFileSync(join(vectorsDir, path));
}

/** One JSON file under `VECTORS_DIR`, unchecked: the tests over it are its check. */
export function readVectorJson<T>(path: string): T {
  return JSON.parse(readVector(path).toString("utf8")) as T;
}
