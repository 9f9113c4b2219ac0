import { LetterError } from "../bytes/error.ts";
import { isOfKind } from "../ledger/entry.ts";
import { withdrawnIn } from "./contacts-payload.ts";

/** Returns who stood on the list when the ledger had `size` entries and has left since: their indexes, ascending. */
export function leaversSince(entries: readonly string[], size: number): number[] {
  return leaversIn(entries.slice(size), size);
}

function leaversIn(later: readonly string[], size: number): number[] {
  return [...withdrawnIn(later)].filter((index) => index < size).sort((a, b) => a - b);
}

/**
 * Returns why nothing may be made of a tag any more, nor kept that was made of it; undefined: it may. A bag of it would
 * name somebody who was told that their name is gone, or be there after it was said that all was destroyed.
 *
 * @param entries main's ledger as it is now
 * @param size how many of them the ledger had at the tag
 */
export function spentTag(tag: string, entries: readonly string[], size: number): string | undefined {
  return spentSince(tag, entries.slice(size), size);
}

/** The same, by the entries that came to the ledger after the tag; those that are accepts need not be among them. */
export function spentSince(tag: string, later: readonly string[], size: number): string | undefined {
  const left = leaversIn(later, size).length;
  if (left > 0) return peopleLeft(left, tag);
  return isPurged(later) ? DESTROYED : undefined;
}

/** As `spentTag`, for what is about to be handed over: after a purge no tag is, not even a newer one where the names stay. */
export function spentForHandover(tag: string, entries: readonly string[], size: number): string | undefined {
  return isPurged(entries) ? DESTROYED : spentTag(tag, entries, size);
}

function isPurged(entries: readonly string[]): boolean {
  return entries.some((line) => isOfKind("purge", line));
}

const DESTROYED = "what was held has been destroyed";

/** "3 people have left since handover/2026-12-01" */
export function peopleLeft(left: number, tag: string): string {
  return left === 1 ? `1 person has left since ${tag}` : `${left} people have left since ${tag}`;
}

/** @throws LetterError `handover` in one line when the tag is spent */
export function assertNotSpent(spent: string | undefined): void {
  if (spent === undefined) return;
  const next = spent.startsWith("what") ? "nothing is handed over any more" : MAKE_ANOTHER;
  throw new LetterError("handover", `${spent}: ${next}`);
}

const MAKE_ANOTHER = "make a new tag, of another day, and hand that over";
