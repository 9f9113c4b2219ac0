import { ownerOfMailbox } from "../../letter/signature/mail-domain.ts";
import type { Clock } from "../../outside/clock.ts";
import { openBoundedMap } from "../store/bounded-map.ts";
import { keyedHash } from "../store/secret-hash.ts";

/** Which signatures were confirmed from one mail domain in quick succession. Kept in memory, and lost in a restart. */
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
/** How many domains and marked signatures are remembered. Those of the domain with the most are forgotten first. */
const CAPACITY = 100_000;

/** Counts nothing: where limits are off, every request comes from one place anyway. */
export const NO_BURSTS: Bursts = { note: () => [], has: () => false };

/** @param key keys the hash under which a domain is remembered; generated for each process */
export function openBursts(clock: Clock, key: Uint8Array): Bursts {
  const recent = openBoundedMap<{ id: string; at: number }[]>(CAPACITY);
  const marked = openBoundedMap<true>(CAPACITY);
  return {
    note(id, email) {
      const owner = ownerOfMailbox(email);
      if (owner === undefined) return [];
      const now = clock.now().getTime();
      const isOver = (notes: readonly { at: number }[]) => now - (notes.at(-1)?.at ?? 0) >= HOUR;
      for (let quietest = recent.oldest(); quietest && isOver(quietest[1]); quietest = recent.oldest()) {
        recent.delete(quietest[0]);
      }
      const hash = keyedHash(key, owner);
      const notes = [...(recent.get(hash) ?? []).filter(({ at }) => now - at < HOUR), { id, at: now }];
      // The ones before these are already marked.
      recent.set(hash, notes.slice(-BURST), hash);
      if (notes.length <= BURST) return [];
      const fresh = notes.map((one) => one.id).filter((one) => !marked.get(one));
      for (const one of fresh) marked.set(one, true, hash);
      return fresh;
    },
    has: (id) => marked.get(id) === true,
  };
}
