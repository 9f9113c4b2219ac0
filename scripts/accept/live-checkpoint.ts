import { LetterError } from "../letter/bytes/error.ts";
import { openCheckpoint } from "../letter/ledger/checkpoint.ts";
import type { NoteVerifier } from "../letter/ledger/note.ts";
import { append, EMPTY_FRONTIER, equal, leafHash, rootOf } from "../letter/ledger/tree.ts";
import { openPublished } from "../outside/published.ts";

/**
 * Reads the checkpoint that the site at this address or in this folder shows now; undefined when it shows none.
 *
 * @throws LetterError when the site does not answer
 */
export async function readLiveCheckpoint(siteUrl: string): Promise<string | undefined> {
  const bytes = await openPublished(siteUrl)("ledger/checkpoint");
  return bytes === undefined ? undefined : new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
}

/**
 * Checks that a ledger continues the published one: the live checkpoint is signed by the ledger's key and is the
 * checkpoint of the ledger's first entries. This detects another ledger on main before it is signed or published.
 *
 * @param first nothing was ever published: a person must say so, because a site that answers 404 does not prove it
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
