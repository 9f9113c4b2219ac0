import type { Limits } from "../../../scripts/form-service/limits/limits.ts";
import type { Harness } from "../harness.ts";

/**
 * Makes a service have room for nothing but what has a proof of work, while `full` is set. When that is so, is for the
 * limits' own tests.
 */
export function fillUp(harness: Harness) {
  const state = { full: true, asked: 0 };
  const admit: Limits["submission"] = (_client, { proved }) => {
    state.asked++;
    return proved || !state.full ? { taken: true } : { taken: false, after: 5, difficulty: 1 };
  };
  Object.assign(harness.service, { limits: { ...harness.service.limits, submission: admit, leave: admit } });
  return state;
}
