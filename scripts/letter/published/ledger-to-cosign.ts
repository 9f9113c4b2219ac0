import { z } from "zod";
import { LetterError } from "../bytes/error.ts";
import { type Read, readJson, readRequired, textOf } from "../bytes/read.ts";
import { openCheckpoint } from "../ledger/checkpoint.ts";
import { formatVkey, type NoteVerifier, parseVkey } from "../ledger/note.ts";
import { type Hash, leafHash } from "../ledger/tree.ts";
import { readPublishedLedger } from "./ledger.ts";

/**
 * Reads the checkpoint of a published ledger and the hashes of its entries, checked against its root: nothing else is worth
 * a witness's word.
 *
 * @param pinned the ledger's key where it is known from elsewhere
 * @param logs the keys of the policy's logs; none for a policy of any log
 * @throws LetterError `policy` when the ledger is of another log
 */
export async function readLedgerToCosign(
  read: Read,
  pinned: string | undefined,
  logs: readonly NoteVerifier[],
): Promise<{ note: string; leaves: Hash[] }> {
  const note = textOf("ledger/checkpoint", await readRequired(read, "ledger/checkpoint"));
  const vkey = pinned ?? (await readJson(read, "keys.json", z.object({ ledger: z.string() }))).ledger;
  if (logs.length > 0 && !logs.some((log) => formatVkey(log) === vkey))
    throw new LetterError("policy", "the key of this ledger is not one of the policy's logs");
  const leaves: Hash[] = [];
  const checkpoint = openCheckpoint(note, parseVkey(vkey));
  await readPublishedLedger(read, "ledger/", checkpoint, {
    entry: (bytes) => void leaves.push(leafHash(bytes)),
  });
  return { note, leaves };
}
