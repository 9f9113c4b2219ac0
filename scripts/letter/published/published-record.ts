import { failed, type Read, withContext } from "../bytes/read.ts";
import { isAttested } from "../ledger/attestation.ts";
import { openLedgerCheck } from "../ledger/check.ts";
import { openContinuation } from "../ledger/continuation.ts";
import type { NoteVerifier } from "../ledger/note.ts";
import { EMPTY_FRONTIER } from "../ledger/tree.ts";
import type { CampaignRecord } from "../signature/record.ts";
import { readCount } from "./count.ts";
import { readLedgerSince } from "./ledger-since.ts";
import { readLetters } from "./letters.ts";
import { readList } from "./list.ts";

/** The campaign's own keys, which a site is believed by. `attestation`: the form service's public key, 32 bytes. */
export type RecordKeys = { readonly verifier: NoteVerifier; readonly attestation: Uint8Array };

/**
 * Reads the whole record of main back from what a site published: ledger, list, texts of the editions. Nothing of it is
 * taken on trust: the root of all entries is the signed one, each accept is attested, each row opens its entry, nobody is
 * missing, and nobody who has withdrawn is there.
 *
 * @throws LetterError naming the file, the entry or the line, and the rule that is broken
 */
export async function readPublishedRecord(read: Read, { verifier, attestation }: RecordKeys): Promise<CampaignRecord> {
  const { note, since: entries } = await readLedgerSince(read, 0, verifier);
  withContext("ledger/checkpoint", () => openContinuation(EMPTY_FRONTIER, note, entries, verifier));
  const check = openLedgerCheck((entry) => isAttested(entry, attestation));
  for (const [i, entry] of entries.entries()) withContext(`ledger: entry ${i}`, () => check.add(entry));
  const facts = withContext("ledger", () => check.finish());
  const record = { entries, rows: [], checkpoint: note, editions: await readLetters(read, facts.editions) };
  if ((await readCount(read)).taken_down) {
    if (facts.whyListed !== undefined) throw failed(`count.json: the list was taken down, but ${facts.whyListed}`);
    return { ...record, takenDown: true };
  }
  const rows = await readList({ read, size: entries.length, facts });
  return { ...record, rows };
}
