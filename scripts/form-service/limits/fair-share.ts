/**
 * What one network may have, so that all together have `room`: whoever asks for less gets all of it, and the others get
 * equally much (max-min fairness). Infinity when there is enough for all.
 */
export function fairShare(demands: Float64Array, room: number): number {
  let [left, still] = [room, demands.length];
  for (const demand of demands.toSorted()) {
    if (demand > left / still) return left / still;
    left -= demand;
    still--;
  }
  return Number.POSITIVE_INFINITY;
}
