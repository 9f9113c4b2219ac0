import { LetterError } from "../letter/bytes/error.ts";
import { openLedgerCheck } from "../letter/ledger/check.ts";
import { openCheckpoint } from "../letter/ledger/checkpoint.ts";
import type { NoteVerifier } from "../letter/ledger/note.ts";
import { append, EMPTY_FRONTIER, equal, type Frontier, leafHash, rootOf } from "../letter/ledger/tree.ts";
import type { CampaignRecord } from "../letter/signature/record.ts";
import { publicCommitment } from "../letter/signature/row.ts";

// A record is immutable, so it is checked only once, although a service looks at main every second.
const checked = new WeakMap<CampaignRecord, { verifier: NoteVerifier; frontier: Frontier }>();

/**
 * Checks that main's record is the one that accept wrote last, before accept signs anything that builds on it.
 *
 * @returns the frontier of its ledger, which is all that appending needs
 * @throws LetterError `record` or `ledger` when anyone but accept changed ledger, list or checkpoint
 */
export function assertIntact(record: CampaignRecord, verifier: NoteVerifier): Frontier {
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
  const { accepts, withdrawn } = check.finish();
  const opens = record.rows.every((row) => {
    const accept = accepts.get(row.index);
    return accept !== undefined && publicCommitment(row, accept.edition) === accept.publicCommitment;
  });
  const live = record.rows.every((row) => !withdrawn.has(row.index));
  if (!opens || !live || record.rows.length !== accepts.size - withdrawn.size) {
    throw broken("the list on main does not fit the ledger");
  }
  checked.set(record, { verifier, frontier });
  return frontier;
}

function broken(message: string): LetterError {
  return new LetterError("record", `${message}: somebody has edited main, nothing is accepted until it is put right`);
}
