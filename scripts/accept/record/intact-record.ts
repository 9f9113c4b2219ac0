import { LetterError } from "../../letter/bytes/error.ts";
import { type Notice, noticeEntry } from "../../letter/handover/notice.ts";
import { type LedgerFacts, openLedgerCheck } from "../../letter/ledger/check.ts";
import { openCheckpoint } from "../../letter/ledger/checkpoint.ts";
import type { NoteVerifier } from "../../letter/ledger/note.ts";
import { type IndexedEntry, linesOf, outlineOf } from "../../letter/ledger/outline.ts";
import { whyListed } from "../../letter/ledger/taken-down.ts";
import { append, EMPTY_FRONTIER, equal, leafHash, rootOf } from "../../letter/ledger/tree.ts";
import type { CampaignRecord } from "../../letter/signature/record.ts";
import { publicCommitment } from "../../letter/signature/row.ts";
import type { KeptRecord } from "./kept-record.ts";

// A record is immutable, so it is checked only once, although a service looks at main every second.
const checked = new WeakMap<CampaignRecord, NoteVerifier>();

/**
 * Checks that main's record is the one that accept wrote last, before anything is built on it.
 *
 * @throws LetterError `record` or `ledger` when anyone but accept changed ledger, list or checkpoint
 */
export function assertIntact(record: CampaignRecord, verifier: NoteVerifier): void {
  if (checked.get(record) === verifier) return;
  const { entries, rows, checkpoint, takenDown = false } = record;
  const frontier = append(EMPTY_FRONTIER, entries.map(leafHash));
  // Attestations need no second check: accept checked them before it signed these entries.
  const check = openLedgerCheck(() => true);
  let [broken, fits]: [LetterError | undefined, boolean] = [undefined, true];
  try {
    for (const entry of entries) check.add(entry);
    fits = doesFit(record, check.finish());
  } catch (cause) {
    if (!(cause instanceof LetterError)) throw cause;
    broken = cause;
  }
  const fault = faultIn(
    {
      ...{ checkpoint, frontier, broken, fits, takenDown, size: entries.length, listed: rows.length },
      others: outlineOf(entries).others,
    },
    verifier,
  );
  if (fault) throw fault;
  checked.set(record, verifier);
}

/**
 * Returns the first thing that is wrong with main's record; undefined when it is the one that accept wrote last.
 *
 * The list may be gone as a whole. The organisers take it down in the commit that brings the notice of the purge, so that
 * no commit of a fresh repository has it, and the entry of the purge follows.
 *
 * @param notices on main; one of a purge that is not on the ledger yet counts as if it were
 */
export function faultIn(
  record: Pick<KeptRecord, "size" | "listed" | "checkpoint" | "frontier" | "broken" | "fits" | "takenDown"> & {
    readonly others: readonly IndexedEntry[];
  },
  verifier: NoteVerifier,
  notices: readonly Notice[] = [],
): LetterError | undefined {
  const { size, listed, frontier, others } = record;
  if (record.checkpoint === undefined)
    return size + listed > 0 ? edited("the ledger on main has entries but no checkpoint") : undefined;
  try {
    const checkpoint = openCheckpoint(record.checkpoint, verifier);
    if (checkpoint.size !== size || !equal(checkpoint.root, rootOf(frontier)))
      return edited("the ledger on main is not the one its checkpoint was signed for");
  } catch (cause) {
    if (cause instanceof LetterError) return cause;
    throw cause;
  }
  if (record.broken) return record.broken;
  if (!record.takenDown) return record.fits ? undefined : edited("the list on main does not fit the ledger");
  const lines = linesOf({ size, others });
  const purges = notices.filter(({ kind }) => kind === "purge").map(noticeEntry);
  const reason = whyListed(
    { size, others },
    purges.filter((entry) => !lines.includes(entry)),
  );
  return reason === undefined ? undefined : edited(`the list on main is gone, but ${reason}`);
}

function doesFit({ rows }: CampaignRecord, { accepts, withdrawn }: LedgerFacts): boolean {
  const opens = rows.every((row) => {
    const accept = accepts.get(row.index);
    return accept !== undefined && publicCommitment(row, accept.edition) === accept.publicCommitment;
  });
  const live = rows.every((row) => !withdrawn.has(row.index));
  return opens && live && rows.length === accepts.size - withdrawn.size;
}

function edited(message: string): LetterError {
  return new LetterError("record", `${message}: somebody has edited main, nothing is accepted until it is put right`);
}
