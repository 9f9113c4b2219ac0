import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { dayOf } from "../../letter/bytes/day.ts";
import { LetterError } from "../../letter/bytes/error.ts";
import { withContext } from "../../letter/bytes/read.ts";
import { assertProven, parseLeftFile } from "../../letter/handover/left-file.ts";
import { type Continuation, openContinuation } from "../../letter/ledger/continuation.ts";
import type { NoteVerifier } from "../../letter/ledger/note.ts";
import { append, EMPTY_FRONTIER, type Frontier, leafHash, rootOf } from "../../letter/ledger/tree.ts";
import { readLedgerSince } from "../../letter/published/ledger-since.ts";
import type { Clock } from "../../outside/clock.ts";
import { openPublished } from "../../outside/published.ts";

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

/**
 * Reads the ledger as it is now and checks that it continues the known one. Of a site only the checkpoint and the bundles
 * from the known size on are requested.
 *
 * @param place the address of a site, a folder, or a file that `npm run handover:left` made
 * @throws LetterError with the place in front, when it is another ledger, a smaller one, or one that was rewritten
 */
export async function readLedgerPlace(
  place: string,
  known: KnownLedger,
  clock: Clock,
  progress: (done: number, of: number) => void,
): Promise<FoundLedger> {
  try {
    if (/^https?:\/\//.test(place))
      return { ...(await readSite(place, known, progress)), day: dayOf(clock.now()), live: true };
    const found = await stat(place).catch(() => undefined);
    if (found?.isFile()) return openLeftFile(await readFile(place, "utf8"), known);
    const continuation = await readSite(place, known, progress);
    // A folder tells no day. Its checkpoint is not older than the file.
    const { mtime } = await stat(join(place, "ledger", "checkpoint")).catch(() => stat(place));
    return { ...continuation, day: dayOf(mtime), live: false };
  } catch (cause) {
    if (!(cause instanceof LetterError)) throw cause;
    throw new LetterError(cause.code, `the ledger of --site cannot be used: ${cause.message}`, { cause });
  }
}

/** Opens a file of `handover:left` for a bag. @throws LetterError when it is damaged, for another bag, or of another ledger */
export function openLeftFile(text: string, { base, verifier }: KnownLedger): FoundLedger {
  const file = parseLeftFile(text);
  assertProven(file, { size: base.size, root: rootOf(base) }, verifier);
  return { ...openContinuation(base, file.checkpoint, file.entries, verifier), day: file.day, live: false };
}

async function readSite(
  place: string,
  { base, verifier }: KnownLedger,
  progress: (done: number, of: number) => void,
): Promise<Continuation> {
  const { note, since } = await readLedgerSince(openPublished(place), base.size, verifier, progress);
  return withContext("ledger/checkpoint", () => openContinuation(base, note, since, verifier));
}
