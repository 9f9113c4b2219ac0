import { LetterError } from "../letter/bytes/error.ts";
import { openCheckpoint } from "../letter/ledger/checkpoint.ts";
import type { NoteVerifier } from "../letter/ledger/note.ts";
import { append, EMPTY_FRONTIER, equal, leafHash, rootOf } from "../letter/ledger/tree.ts";
import { openPublished } from "../outside/published.ts";

/** The checkpoint that the site at this address or in this folder shows now, undefined when it shows none. @throws LetterError when it does not answer */
export async function readLiveCheckpoint(siteUrl: string): Promise<string | undefined> {
  const bytes = await openPublished(siteUrl)("ledger/checkpoint");
  return bytes === undefined ? undefined : new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
}

/**
 * Checks that a ledger goes on from what the world has seen: the live checkpoint is signed by the ledger's key and is
 * that of the ledger's first entries. Whoever put another ledger on main is found out here, before it is signed or shown.
 *
 * @param first nothing was ever published: said by a person, never concluded from a site that answers 404
 * @throws LetterError `live`
 */
export function assertContinues(
  entries: readonly string[],
  live: string | undefined,
  verifier: NoteVerifier,
  first: boolean,
): void {
  if (live === undefined) {
    if (first) return;
    throw broken("the site shows no checkpoint. If nothing was published yet, run this by hand with “first” ticked");
  }
  const { size, root } = openCheckpoint(live, verifier);
  if (size > entries.length) throw broken("the ledger on main is shorter than the one the world has seen");
  if (!equal(root, rootOf(append(EMPTY_FRONTIER, entries.slice(0, size).map(leafHash))))) {
    throw broken("the ledger on main is another than the one the world has seen");
  }
}

function broken(message: string): LetterError {
  return new LetterError("live", message);
}
