import { describe } from "vitest";
import { runInParts } from "../support/parts.ts";
import { sizeOf } from "../support/project/budget.ts";
import { live } from "./life.ts";
import { lives } from "./steps.ts";

describe("brings nobody back who left, whatever happens to a campaign", () => {
  runInParts({ what: "lives", size: sizeOf("random lives"), each: 125 }, lives, ({ ending, steps }, part) =>
    live(steps, { ending, ...part }),
  );
});
