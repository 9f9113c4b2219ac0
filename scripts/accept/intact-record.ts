import { LetterError } from "../letter/bytes/error.ts";
import { type Notice, noticeEntry } from "../letter/handover/notice.ts";
import { type LedgerFacts, openLedgerCheck } from "../letter/ledger/check.ts";
import { openCheckpoint } from "../letter/ledger/checkpoint.ts";
import type { NoteVerifier } from "../letter/ledger/note.ts";
import { whyListed } from "../letter/ledger/taken-down.ts";
import { append, EMPTY_FRONTIER, equal, type Frontier, leafHash, rootOf } from "../letter/ledger/tree.ts";
import type { CampaignRecord } from "../letter/signature/record.ts";
import { publicCommitment } from "../letter/signature/row.ts";

// A record is immutable, so it is checked only once, although a service looks at main every second.
const checked = new WeakMap<CampaignRecord, { verifier: NoteVerifier; frontier: Frontier }>();

/**
 * Checks that main's record is the one that accept wrote last, before accept signs anything that builds on it.
 *
 * The list may be gone as a whole. The organisers take it down in the commit that brings the notice of the purge, so that
 * no commit of a fresh repository has it, and the entry of the purge follows.
 *
 * @param notices on main; one of a purge that is not on the ledger yet counts as if it were
 * @returns the frontier of its ledger, which is all that appending needs
 * @throws LetterError `record` or `ledger` when anyone but accept changed ledger, list or checkpoint
 */
export function assertIntact(
  record: CampaignRecord,
  verifier: NoteVerifier,
  notices: readonly Notice[] = [],
): Frontier {
  const known = checked.get(record);
  if (known?.verifier === verifier) return known.frontier;
  if (record.checkpoint === undefined) {
    if (record.entries.length + record.rows.length > 0)
      throw broken("the ledger on main has entries but no checkpoint");
    return EMPTY_FRONTIER;
  }
  const checkpoint = openCheckpoint(record.checkpoint, verifier);
  const frontier = append(EMPTY_FRONTIER, record.entries.map(leafHash));
  if (checkpoint.size !== frontier.size || !equal(checkpoint.root, rootOf(frontier))) {
    throw broken("the ledger on main is not the one its checkpoint was signed for");
  }
  // Attestations need no second check: accept checked them before it signed these entries.
  const check = openLedgerCheck(() => true);
  for (const entry of record.entries) check.add(entry);
  const facts = check.finish();
  if (record.takenDown) assertMayBeGone(record, notices);
  else assertFits(record, facts);
  // Without its entry, a purge depends on the notices.
  if (!record.takenDown || facts.whyListed === undefined) checked.set(record, { verifier, frontier });
  return frontier;
}

function assertMayBeGone({ entries }: CampaignRecord, notices: readonly Notice[]): void {
  const purges = notices.filter(({ kind }) => kind === "purge").map(noticeEntry);
  const reason = whyListed([...entries, ...purges.filter((entry) => !entries.includes(entry))]);
  if (reason !== undefined) throw broken(`the list on main is gone, but ${reason}`);
}

function assertFits(record: CampaignRecord, { accepts, withdrawn }: LedgerFacts): void {
  const opens = record.rows.every((row) => {
    const accept = accepts.get(row.index);
    return accept !== undefined && publicCommitment(row, accept.edition) === accept.publicCommitment;
  });
  const live = record.rows.every((row) => !withdrawn.has(row.index));
  if (!opens || !live || record.rows.length !== accepts.size - withdrawn.size) {
    throw broken("the list on main does not fit the ledger");
  }
}

function broken(message: string): LetterError {
  return new LetterError("record", `${message}: somebody has edited main, nothing is accepted until it is put right`);
}
