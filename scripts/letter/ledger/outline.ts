import { isOfKind, parseEntry } from "./entry.ts";

/** An entry of the ledger and its index. */
export type IndexedEntry = { readonly index: number; readonly line: string };

/**
 * A ledger without its accept entries: how many entries it has, and the others, ascending. It says when the ledger grew
 * and by how much, and a ledger of a million signatures has only some thousands of such entries.
 */
export type LedgerOutline = { readonly size: number; readonly others: readonly IndexedEntry[] };

/** Returns the outline of a whole ledger. */
export function outlineOf(entries: readonly string[]): LedgerOutline {
  return { size: entries.length, others: othersAmong(entries, 0) };
}

/** Returns the entries that are not accepts, for entries that begin at this index of the ledger. */
export function othersAmong(entries: readonly string[], first: number): IndexedEntry[] {
  return entries.flatMap((line, i) => (isOfKind("accept", line) ? [] : [{ index: first + i, line }]));
}

/** Returns the lines of the entries that are not accepts, in their order. */
export function linesOf({ others }: LedgerOutline): string[] {
  return others.map(({ line }) => line);
}

/** Counts the accepts among the entries from `from` to, but without, `to`. */
export function acceptsBetween({ size, others }: LedgerOutline, from: number, to: number): number {
  const end = Math.min(to, size);
  return Math.max(end - from, 0) - others.filter(({ index }) => index >= from && index < end).length;
}

/**
 * Returns the sizes at which a checkpoint can have been signed: after each letter, batch, withdrawal, handover and
 * purge.
 *
 * They follow from the entries. Consecutive withdrawals yield a few sizes that were never published, but no published
 * size is missing.
 */
export function publishedSizes({ size, others }: LedgerOutline): number[] {
  return others.map(({ index, line }) => {
    const entry = parseEntry(line);
    const accepts = entry.kind === "batch" ? entry.filed - entry.refused - entry.leftOut : 0;
    // A ledger that was cut short may end within a batch.
    return Math.min(index + 1 + accepts, size);
  });
}
