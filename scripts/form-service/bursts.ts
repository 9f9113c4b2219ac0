import { createHmac } from "node:crypto";
import { ownerOfMailbox } from "../letter/mail-domain.ts";
import type { Clock } from "../outside/clock.ts";

/** Which signatures were confirmed from one mail domain in quick succession. In memory alone: a restart forgets it. */
export type Bursts = {
  /**
   * Notes that a signature with this address has just been confirmed.
   *
   * @returns the ids that belong to a burst now and did not before: this one, and those that came shortly before it
   */
  note(id: string, email: string): readonly string[];
  /** Whether the signature belongs to a burst. */
  has(id: string): boolean;
};

/** More than this many confirmations of one domain within an hour are a burst. */
export const BURST = 10;
const HOUR = 3_600_000;
/** Marked signatures that are remembered; the oldest are forgotten first. */
const CAPACITY = 100_000;

/** Nobody is counted: where limits are off, everything comes from one place anyway. */
export const NO_BURSTS: Bursts = { note: () => [], has: () => false };

/** An empty memory. @param key keys the hash under which a domain is remembered; made anew for each process */
export function openBursts(clock: Clock, key: Uint8Array): Bursts {
  // A Map keeps its order, and a domain moves to the end with each confirmation: the first are the longest quiet.
  const recent = new Map<string, { id: string; at: number }[]>();
  const marked = new Set<string>();
  const mark = (id: string) => {
    marked.add(id);
    if (marked.size > CAPACITY) marked.delete(marked.values().next().value ?? "");
  };
  return {
    note(id, email) {
      const owner = ownerOfMailbox(email);
      if (owner === undefined) return [];
      const now = clock.now().getTime();
      for (const [hash, notes] of recent) {
        if (now - (notes.at(-1)?.at ?? 0) < HOUR) break;
        recent.delete(hash);
      }
      const hash = createHmac("sha256", key).update(owner).digest("base64url");
      const notes = [...(recent.get(hash) ?? []).filter(({ at }) => now - at < HOUR), { id, at: now }];
      recent.delete(hash);
      // Those before the last are marked already.
      recent.set(hash, notes.slice(-BURST));
      if (notes.length <= BURST) return [];
      const fresh = notes.map((one) => one.id).filter((one) => !marked.has(one));
      fresh.forEach(mark);
      return fresh;
    },
    has: (id) => marked.has(id),
  };
}
