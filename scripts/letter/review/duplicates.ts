import type { ListRow } from "../signature/list.ts";
import { matchKey } from "../signature/name.ts";

/**
 * Groups of rows that may be of one person: those whose names and places agree in everything but spelling.
 *
 * Of initials nothing is said: many share them. One address signs once, so these people have confirmed two mailboxes;
 * two people of one name and place look the same here.
 */
export function probableDuplicates(rows: readonly ListRow[]): ListRow[][] {
  const named = rows.filter(({ shown }) => shown === "name");
  const groups = Map.groupBy(named, ({ name, place }) => `${matchKey(name)}\n${matchKey(place)}`);
  return [...groups.values()].filter(({ length }) => length > 1);
}
