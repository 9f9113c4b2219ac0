import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { root } from "../source.ts";

const folder = join(root, ".ci/page-tools");

/**
 * The programs in `.ci/page-tools`, which weigh more than all others together and so are not installed with them:
 * `npm ci --prefix .ci/page-tools --ignore-scripts`. Undefined where that has not been done.
 */
export function pageTool(path: string): string | undefined {
  if (!existsSync(join(folder, "node_modules"))) return undefined;
  return createRequire(join(folder, "package.json")).resolve(path);
}
