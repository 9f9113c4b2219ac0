import { dayAfter } from "../letter/day.ts";
import type { Clock } from "../outside/clock.ts";
import type { Store } from "./schema.ts";

/** How long confirmed signatures have waited for a sheet. The moments are in memory alone; the database has days. */
export type Queue = {
  /** Notes that this signature has just been confirmed. */
  noteConfirmed(id: string): void;
  /** Whether a signature of this edition has waited for `atLatest` milliseconds. */
  isOverdue(edition: string, atLatest: number): Promise<boolean>;
};

/** The queue of this database, from now on. */
export function openQueue(store: Store, clock: Clock): Queue {
  const opened = clock.now().getTime();
  const moments = new Map<string, number>();
  // What was confirmed before the start has waited since then at least, or since its day was over.
  const since = (id: string, day: string | null): number =>
    moments.get(id) ?? Math.min(opened, day === null ? opened : Date.parse(`${dayAfter(day, 1)}T00:00:00Z`));
  return {
    noteConfirmed: (id) => void moments.set(id, clock.now().getTime()),
    async isOverdue(edition, atLatest) {
      const waiting = await store.query
        .selectFrom("signature")
        .select(["id", "day", "edition"])
        .where("state", "=", "confirmed")
        .execute();
      const ids = new Set(waiting.map(({ id }) => id));
      for (const id of moments.keys()) if (!ids.has(id)) moments.delete(id);
      const now = clock.now().getTime();
      return waiting.some((row) => row.edition === edition && now - since(row.id, row.day) >= atLatest);
    },
  };
}
