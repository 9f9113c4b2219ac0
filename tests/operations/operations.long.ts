import { describe } from "vitest";
import { runInParts } from "../support/parts.ts";
import { sizeOf } from "../support/project/budget.ts";
import { operate } from "./operate.ts";
import { operations } from "./steps.ts";

describe("loses, doubles and forges nothing, and nobody is stuck, whatever operators do", () => {
  runInParts({ what: "sequences", size: sizeOf("operations"), each: 40 }, operations(true), ({ ending, steps }, part) =>
    operate(steps, { ending, ...part }),
  );
});
