/**
 * Returns what one network may have, so that all together have `room`. A network that asks for less gets all of it; the
 * others get equal shares (max-min fairness). Infinity if there is enough for all.
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
