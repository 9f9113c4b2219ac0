import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { dayOf } from "../../letter/bytes/day.ts";
import { LetterError } from "../../letter/bytes/error.ts";
import { withContext } from "../../letter/bytes/read.ts";
import { type Continuation, openContinuation } from "../../letter/ledger/continuation.ts";
import { readLedgerSince } from "../../letter/published/ledger-since.ts";
import type { Clock } from "../../outside/clock.ts";
import { openPublished } from "../../outside/published.ts";
import { type FoundLedger, type KnownLedger, openLeftFile } from "./known-ledger.ts";

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

async function readSite(
  place: string,
  { base, verifier }: KnownLedger,
  progress: (done: number, of: number) => void,
): Promise<Continuation> {
  const { note, since } = await readLedgerSince(openPublished(place), base.size, verifier, progress);
  return withContext("ledger/checkpoint", () => openContinuation(base, note, since, verifier));
}
