import { type Entry, parseEntry } from "./entry.ts";
import type { LedgerOutline } from "./outline.ts";

/** Follows the entries of a ledger and tells whether its list may have been taken down. */
export type TakenDownRule = {
  add(entry: Exclude<Entry, { kind: "accept" }> | { readonly kind: "accept" }): void;
  /** Returns why the list still has to be there; undefined when it may be gone. */
  whyListed(): string | undefined;
};

/**
 * A list may be taken down only as a whole, together with a purge: the purge is the last entry but for withdrawals, and
 * it names the contacts bag of the last handover, with no accept between that handover and it. So nobody whose row
 * disappears was accepted too late to be handed over, and nothing is counted without a list afterwards.
 */
export function openTakenDownRule(): TakenDownRule {
  let handedOver: string | undefined;
  let acceptedSince = false;
  let purge: { readonly ofLast: boolean; readonly acceptedBefore: boolean } | undefined;
  let after: Entry["kind"] | undefined;
  return {
    add(entry) {
      if (entry.kind === "purge") {
        purge = { ofLast: entry.contactsBag === handedOver, acceptedBefore: acceptedSince };
        after = undefined;
      } else if (entry.kind !== "withdraw") after ??= entry.kind;
      if (entry.kind === "accept") acceptedSince = true;
      if (entry.kind === "handover") {
        handedOver = entry.contactsBag;
        acceptedSince = false;
      }
    },
    whyListed() {
      if (!purge) return "the ledger has no purge";
      if (after !== undefined)
        return `the purge is not the last entry of the ledger: “${after}” comes after it, and only withdrawals may`;
      if (!purge.ofLast) return "the purge does not name the contacts bag of the last handover";
      if (purge.acceptedBefore) return "signatures were accepted between the last handover and its purge";
      return undefined;
    },
  };
}

/**
 * The same for a whole ledger.
 *
 * @param more entries after it
 * @throws LetterError `entry` for a broken entry
 */
export function whyListed({ size, others }: LedgerOutline, more: readonly string[] = []): string | undefined {
  const rule = openTakenDownRule();
  let next = 0;
  const addAccepts = (index: number) => {
    if (index > next) rule.add({ kind: "accept" });
    next = index + 1;
  };
  for (const { index, line } of others) {
    addAccepts(index);
    rule.add(parseEntry(line));
  }
  addAccepts(size);
  for (const line of more) rule.add(parseEntry(line));
  return rule.whyListed();
}
