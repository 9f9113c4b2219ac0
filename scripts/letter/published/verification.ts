import { z } from "zod";
import { isBase64url, parseBase64url } from "../bytes/base64url.ts";
import { decodeUtf8, failed, type Read, readJson, readRequired, textOf, withContext } from "../bytes/read.ts";
import { openLedgerCheck } from "../ledger/check.ts";
import { type Checkpoint, formatRoot, openCheckpoint } from "../ledger/checkpoint.ts";
import { assertStillThere, type KeptProof, parseKeptProof } from "../ledger/kept-proof.ts";
import { type NoteVerifier, parseVkey } from "../ledger/note.ts";
import { TILE_WIDTH } from "../ledger/tile.ts";
import type { Totals } from "../signature/record.ts";
import { isRecipient } from "../text/recipient.ts";
import { checkCount, readCount } from "./count.ts";
import { checkKeptList, type KeptList } from "./kept-list.ts";
import { readPublishedLedger } from "./ledger.ts";
import { checkLetters } from "./letters.ts";
import { checkList, checkTakenDown } from "./list.ts";
import { startPageCheck } from "./pages.ts";
import { onThisThread, type ShardWork } from "./shard-work.ts";

/** The result of verification, all of it recomputed only from the published files. */
export type Verified = Totals & {
  readonly checkpoint: Checkpoint;
  readonly verifier: NoteVerifier;
  /** the kept checkpoints and receipts, which today's ledger still contains */
  readonly kept: readonly KeptProof[];
  /** what a list that somebody kept comes to */
  readonly keptList?: KeptList | undefined;
  /** pages of the current text that the site does not have, so that they could not be compared with it */
  readonly missingPages: readonly string[];
};

/** What the caller knows from elsewhere, and its progress callback. */
export type VerifyOptions = {
  /** base64url of the form service's public key; without it the key is taken from the site */
  readonly attestationKey?: string | undefined;
  /** texts of checkpoints and receipts from an earlier day, by name */
  readonly kept?: ReadonlyMap<string, string>;
  /** reads a list that somebody kept, from where it is named as on the site */
  readonly list?: Read | undefined;
  /** called with the number of entries checked so far, and the size */
  readonly progress?: (done: number, size: number) => void;
  /** likewise, while the rows of the list are checked */
  readonly listProgress?: (done: number, size: number) => void;
  /** does the work on one shard after the other, or on several at once: what is found and said is the same */
  readonly work?: ShardWork;
};

/**
 * Recomputes everything from what a site publishes: the signature of the checkpoint, the root over all entries, every
 * row against the accept entry at its index, every attestation, the withdrawals, the counts, the texts of all editions,
 * and what the pages say. A list that was taken down must be absent as a whole, and the ledger must allow it.
 *
 * @param vkey the ledger's key, pinned by the caller; without it the key is taken from the site
 * @throws LetterError naming the file, the entry or the line, and the rule that is broken
 */
export async function verifyPublished(read: Read, vkey?: string, options: VerifyOptions = {}): Promise<Verified> {
  const { progress = () => {}, listProgress = () => {}, work = onThisThread } = options;
  const { kept: texts = new Map<string, string>() } = options;
  const note = textOf("ledger/checkpoint", await readRequired(read, "ledger/checkpoint"));
  const keys = await readJson(read, "keys.json", Keys);
  const verifier = vkey === undefined ? withContext("keys.json", () => parseVkey(keys.ledger)) : parseVkey(vkey);
  const checkpoint = withContext("ledger/checkpoint", () => openCheckpoint(note, verifier));
  if (vkey !== undefined && keys.ledger !== vkey)
    throw failed("keys.json: the key of the ledger is another than the pinned one");
  if (options.attestationKey !== undefined && keys.attestation !== options.attestationKey)
    throw failed("keys.json: the key that attests the rows is another than the pinned one");
  const kept = [...texts].map(([name, text]) => parseKeptProof(name, text, verifier));

  const attestationKey = parseBase64url(keys.attestation, 32);
  let isAttested = false;
  const check = openLedgerCheck(() => isAttested);
  const sought = new Set(kept.flatMap(({ receipt }) => receipt?.index ?? []));
  const found = new Map<number, Uint8Array>();
  const entry = (bytes: Uint8Array, index: number, attested: boolean) => {
    isAttested = attested;
    if (sought.has(index)) found.set(index, bytes);
    if (index % TILE_WIDTH === 0) progress(index, checkpoint.size);
    return check.add(decodeUtf8(bytes));
  };
  const look = async (bundle: Uint8Array, width: number) => {
    const { leaves, attested } = await work.entries({ bundle, width, attestationKey });
    return { leaves: Array.from(attested, (_, i) => leaves.subarray(i * 32, i * 32 + 32)), attested };
  };
  const wanted = kept.map((one) => one.checkpoint.size);
  const reading = { entry, wanted, look, atOnce: work.atOnce };
  const roots = await readPublishedLedger(read, "ledger/", checkpoint, reading);
  progress(checkpoint.size, checkpoint.size);
  for (const one of kept) assertStillThere(one, verifier, checkpoint.size, roots, found);
  const facts = withContext("ledger", () => check.finish());
  const { languages, missingPages } = await checkLetters(read, facts.editions);
  const pages = await startPageCheck(read, languages);
  const count = await readCount(read);
  const numbers = {
    accepted: facts.accepts.size,
    withdrawn: facts.withdrawn.size,
    size: checkpoint.size,
    root: formatRoot(checkpoint.root),
  };
  const list = { read, size: checkpoint.size, facts };
  let totals: Totals;
  if (count.taken_down) {
    await checkTakenDown(list, pages, work.atOnce);
    totals = { ...numbers, listed: 0, shown: { name: 0, initials: 0, hidden: 0, counted: 0 }, takenDown: true };
  } else {
    const shown = await checkList(list, pages, work, listProgress);
    totals = { ...numbers, listed: facts.accepts.size - facts.withdrawn.size, shown };
  }
  checkCount(count, totals);
  await pages.finish({ totals, vkey: keys.ledger, batches: facts.batches });
  const keptList = options.list && (await checkKeptList(options.list, checkpoint.size, facts));
  return { ...totals, checkpoint, verifier, kept, keptList, missingPages };
}

const Keys = z.object({
  ledger: z.string(),
  attestation: z.string().refine((value) => isBase64url(value, 32)),
  recipients: z
    .array(z.string().refine(isRecipient))
    .refine((all) => all.length !== 1 && new Set(all).size === all.length),
});
