import { inject, it } from "vitest";
import { sizeOf } from "../../support/project/budget.ts";
import { tryForgeries } from "./forgeries.ts";

const ATTEMPTS = sizeOf("forgeries");

it(`accepts none of ${ATTEMPTS} forged, altered, swapped or expired confirmations`, async () => {
  const seed = inject("seed");
  const started = performance.now();
  const { kinds, rows, left } = await tryForgeries({ seed, attempts: ATTEMPTS * 1.34, rows: 2000 });
  const total = Object.values(kinds).reduce((sum, count) => sum + count);
  console.log(
    `seed ${seed}: ${total} attempts on ${rows} submissions, 0 accepted (${Object.entries(kinds)
      .map(([kind, count]) => `${kind} ${count}`)
      .join(", ")}); ${left} submissions left; ${Math.round((performance.now() - started) / 1000)} s`,
  );
  if (total < ATTEMPTS) throw new Error(`only ${total} attempts`);
});
