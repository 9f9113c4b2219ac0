import type { Handover } from "../../letter/handover/handover.ts";
import { assertProven, formatLeftFile, parseLeftFile } from "../../letter/handover/left-file.ts";
import { type Continuation, openContinuation } from "../../letter/ledger/continuation.ts";
import type { NoteVerifier } from "../../letter/ledger/note.ts";
import { append, EMPTY_FRONTIER, type Frontier, leafHash, rootOf } from "../../letter/ledger/tree.ts";
import { consistencyProof } from "../../letter/ledger/tree-proof.ts";

/** The entries of a ledger up to a size, all of them checked, and the key that signs what comes after them. */
export type KnownLedger = { readonly base: Frontier; readonly verifier: NoteVerifier };

/** The ledger as a place shows it: a site, the folder of one, or a file of `handover:left`. */
export type FoundLedger = Continuation & {
  /** UTC day: that of the request, or the one that the folder or the file tells */
  readonly day: string;
  /** whether it was asked for now, so that nothing newer was published */
  readonly live: boolean;
};

/** Returns what is known of a ledger from its entries. */
export function knownLedger(entries: readonly string[], verifier: NoteVerifier): KnownLedger {
  return { base: append(EMPTY_FRONTIER, entries.map(leafHash)), verifier };
}

/** Opens a file of `handover:left` for a bag. @throws LetterError when it is damaged, for another bag, or of another ledger */
export function openLeftFile(text: string, { base, verifier }: KnownLedger): FoundLedger {
  const file = parseLeftFile(text);
  assertProven(file, { size: base.size, root: rootOf(base) }, verifier);
  return { ...openContinuation(base, file.checkpoint, file.entries, verifier), day: file.day, live: false };
}

/** The name of the file in which an opening keeps what it knew of the ledger: `handover-2026-12-01.left`. */
export function rememberedName({ publicBag }: Handover): string {
  return `${publicBag}.left`;
}

/** Formats what is known of the ledger like a file of `handover:left`. @param entries those of the public bag */
export function formatRemembered(entries: readonly string[], { since, note, day }: FoundLedger): string {
  const proof = consistencyProof(entries.length, [...entries, ...since].map(leafHash));
  return formatLeftFile({ size: entries.length, day, entries: since, proof, checkpoint: note });
}
