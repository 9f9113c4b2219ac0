import { dayAfter } from "../../letter/bytes/day.ts";
import type { Clock } from "../../outside/clock.ts";
import type { Store } from "./schema.ts";
import { groupKind, type SheetGroup } from "./sheet-group.ts";

/** How long confirmed signatures have waited for a sheet. The moments are in memory only; the database stores days. */
export type Queue = {
  /** Notes that this signature has just been confirmed. */
  noteConfirmed(id: string): void;
  /** Looks at what waits. Signatures from other instances count as waiting since they were first seen here. */
  look(): Promise<void>;
  /**
   * Whether a signature of this group has waited for `atLatest` milliseconds.
   *
   * @param released the UTC day up to which what a restoration has held back may be filed, "" when none of it may
   */
  isOverdue(group: SheetGroup, atLatest: number, released: string): Promise<boolean>;
};

/** Opens the queue of this database, starting now. @param clock what is certain of it: a wrong one would make all late, or none */
export function openQueue(store: Store, clock: Clock): Queue {
  const moments = new Map<string, number>();
  // Signatures that exist at the first look were confirmed before the start, and have waited at least since then.
  let seen: number | undefined = clock.now().getTime();

  async function look() {
    const waiting = await store.query
      .selectFrom("signature")
      .select(["id", "day", "edition", "wait_until", groupKind.as("kind")])
      .where("state", "=", "confirmed")
      .execute();
    const ids = new Set(waiting.map(({ id }) => id));
    for (const id of moments.keys()) if (!ids.has(id)) moments.delete(id);
    const now = clock.now().getTime();
    for (const { id, day } of waiting) {
      const since = seen ?? now;
      const dayOver = day === null ? since : Date.parse(`${dayAfter(day, 1)}T00:00:00Z`);
      // One that lies ahead was noted by a clock that has been set back since, and would not be over for long.
      if ((moments.get(id) ?? Number.POSITIVE_INFINITY) > now) moments.set(id, Math.min(since, dayOver, now));
    }
    seen = undefined;
    return waiting;
  }

  return {
    noteConfirmed: (id) => void moments.set(id, clock.now().getTime()),
    look: async () => void (await look()),
    async isOverdue({ edition, kind }, atLatest, released) {
      const waiting = await look();
      const now = clock.now().getTime();
      const isLate = (id: string) => now - (moments.get(id) ?? now) >= atLatest;
      // What is still held back is on no sheet of now, so it is no reason to file others early.
      const isHeld = (until: string | null) => until !== null && until > released;
      const ofGroup = waiting.filter((row) => row.edition === edition && row.kind === kind);
      return ofGroup.some((row) => !isHeld(row.wait_until) && isLate(row.id));
    },
  };
}
