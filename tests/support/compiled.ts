import { join } from "node:path";
import { root } from "./source.ts";

/**
 * For the environment of a program that a test starts. Tests start some hundreds: without it half of their time goes into
 * reading the same code again.
 */
export const compiled = { NODE_COMPILE_CACHE: join(root, "node_modules/.cache/compiled") };
