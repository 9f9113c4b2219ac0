import { LetterError } from "../letter/bytes/error.ts";
import { formatRoot, openCheckpoint } from "../letter/ledger/checkpoint.ts";
import type { NoteVerifier } from "../letter/ledger/note.ts";
import { append, EMPTY_FRONTIER, equal, type Hash, leafHash, rootOf } from "../letter/ledger/tree.ts";
import type { SeenLedger } from "../outside/database/seen-ledger.ts";
import { openPublished, readBody } from "../outside/published.ts";

/**
 * Reads the checkpoint that the site at this address or in this folder shows now; undefined when it shows none.
 *
 * @throws LetterError when the site does not answer
 */
export async function readLiveCheckpoint(siteUrl: string): Promise<string | undefined> {
  const bytes = await openPublished(siteUrl)("ledger/checkpoint");
  return bytes === undefined ? undefined : new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
}

/** A ledger as far as it is compared with others: its size, and its root at the sizes that are asked for. */
export type LedgerRoots = { readonly size: number; rootAt(size: number): Hash };

/** Returns the roots of a ledger whose entries are all there. */
export function rootsOf(entries: readonly string[]): LedgerRoots {
  return {
    size: entries.length,
    rootAt: (size) => rootOf(append(EMPTY_FRONTIER, entries.slice(0, size).map(leafHash))),
  };
}

/**
 * Checks that a ledger continues the published one: the live checkpoint is signed by the ledger's key and is the
 * checkpoint of the ledger's first entries. This detects another ledger on main before it is signed or published.
 *
 * @param first nothing was ever published: a person must say so, because a site that answers 404 does not prove it
 * @throws LetterError `live`
 */
export function assertContinues(
  ledger: LedgerRoots,
  live: string | undefined,
  verifier: NoteVerifier,
  first: boolean,
): void {
  if (live === undefined) {
    if (first) return;
    throw broken("the site shows no checkpoint. If nothing was published yet, run this by hand with “first” ticked");
  }
  const { size, root } = openCheckpoint(live, verifier);
  if (size > ledger.size) throw broken("the ledger on main is shorter than the one the world has seen");
  if (!equal(root, ledger.rootAt(size))) {
    throw broken("the ledger on main is another than the one the world has seen");
  }
}

/** How long the site may take to answer at a start, in milliseconds. */
const PATIENCE = 5_000;

/**
 * Reads the checkpoint that the site at this address shows now, for a start, which waits for no site. Only what the
 * ledger's key has signed counts: what a stranger puts at the address must not keep a service from starting.
 *
 * @returns undefined when the site does not answer in time, or with something else
 */
export async function readCheckpointNow(siteUrl: string, verifier: NoteVerifier): Promise<string | undefined> {
  const path = "ledger/checkpoint";
  try {
    const url = new URL(path, siteUrl.endsWith("/") ? siteUrl : `${siteUrl}/`);
    const answer = await fetch(url, { signal: AbortSignal.timeout(PATIENCE) });
    if (!answer.ok) return undefined;
    const note = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(await readBody(answer, path));
    openCheckpoint(note, verifier);
    return note;
  } catch {
    return undefined;
  }
}

/** What is known of a campaign's ledger besides main: by the service's database, and by the published site. */
export type KnownLedger = { readonly seen?: SeenLedger | undefined; readonly live?: string | undefined };

/** Returns the sizes at which the root of main's ledger is compared with what is known. @throws LetterError `note` or `checkpoint` */
export function sizesOf({ seen, live }: KnownLedger, verifier: NoteVerifier): number[] {
  return [...(seen ? [seen.size] : []), ...(live === undefined ? [] : [openCheckpoint(live, verifier).size])];
}

/** What to do about a main that does not go on, on one machine. */
export const TAKE_OVER =
  "put back the newest campaign.git, or let npm run restore -- --by-database --site URL|DIR take over what was published";

/**
 * Checks before anything is signed that main continues what the service's database has seen and what was published. A
 * disk that was put back brings both an older main and an older site, or none.
 *
 * @param wayOn what to do, for the end of the message
 * @throws LetterError `live`
 */
export function assertGoesOn(
  ledger: LedgerRoots,
  { seen, live }: KnownLedger,
  verifier: NoteVerifier,
  wayOn: string,
): void {
  const known = live === undefined ? undefined : openCheckpoint(live, verifier);
  if (known) assertBegins(ledger, { ...known, root: formatRoot(known.root) }, "the published site", wayOn);
  if (seen) assertBegins(ledger, seen, "the form service's database", wayOn);
}

function assertBegins(
  ledger: LedgerRoots,
  { size, root }: { readonly size: number; readonly root: string },
  place: string,
  wayOn: string,
): void {
  if (ledger.size >= size && formatRoot(ledger.rootAt(size)) === root) return;
  const what =
    ledger.size < size
      ? `main has ${ledger.size} entries, and ${place} knows ${size}`
      : `main has other entries than the ${size} that ${place} knows`;
  throw broken(`${what}: nothing is signed, because a second ledger under one key looks like a forgery; ${wayOn}`);
}

function broken(message: string): LetterError {
  return new LetterError("live", message);
}
