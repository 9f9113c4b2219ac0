import type { ListRow } from "../signature/list.ts";
import { matchKey } from "../signature/name.ts";

/**
 * Groups the rows that may be of one person: their names and places differ at most in spelling.
 *
 * Initials are skipped, because many people share them. One address signs once, so such a person has confirmed two
 * mailboxes. Two people with the same name and place look the same here.
 */
export function probableDuplicates(rows: readonly ListRow[]): ListRow[][] {
  const named = rows.filter(({ shown }) => shown === "name");
  const groups = Map.groupBy(named, ({ name, place }) => `${matchKey(name)}\n${matchKey(place)}`);
  return [...groups.values()].filter(({ length }) => length > 1);
}
