import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parseBase64url } from "../../letter/bytes/base64url.ts";
import { LetterError } from "../../letter/bytes/error.ts";
import { signingKey } from "../../letter/bytes/key.ts";
import { noteSigner } from "../../letter/ledger/note.ts";
import type { RecordKeys } from "../../letter/published/published-record.ts";
import { readSeenLedger } from "../../outside/database/seen-ledger.ts";
import { makeFolder } from "../../outside/folder.ts";
import { restoreBundle } from "../../outside/git/bundle.ts";
import { readLetterAt } from "../../outside/git/letter-files.ts";
import { campaignRepository } from "../../outside/git/local-host.ts";
import { readRecordAt } from "../../outside/git/record-at.ts";
import { finishReplacement } from "../../outside/git/replaced-repository.ts";
import { readHead } from "../../outside/git/repository.ts";
import type { Settings } from "../../outside/settings.ts";
import { type ReadBackup, readBackupRows } from "../store/backup-contents.ts";
import {
  compareWithPublished,
  findPublished,
  type LastPublished,
  type Missing,
  type PublishedPlaces,
  refused,
} from "./published-ledger.ts";

/** The main of a campaign on this machine that a restored service is to go on from. Nothing of it was changed yet. */
export type RestoredMain = {
  readonly repository: string;
  /** `repository`, where it was made of the backup's bundle and is still to be moved to its place */
  readonly draft: string | undefined;
  /** entries of its ledger */
  readonly size: number;
  readonly found: readonly LastPublished[];
  readonly missing: Missing | undefined;
};

/**
 * Looks at main, wherever it comes from, and at what was published, before anything is written.
 *
 * @param from without it a database was put back by its own means
 * @param use gets undefined for a campaign whose main is elsewhere; what was made for the look is gone afterwards
 * @throws LetterError `published` when main and what was published contradict each other
 */
export async function withRestoredMain<T>(
  { gitHost, dataDir, database }: Pick<Settings, "gitHost" | "dataDir" | "database">,
  from: ReadBackup | undefined,
  places: PublishedPlaces,
  use: (main: RestoredMain | undefined) => Promise<T>,
): Promise<T> {
  if (gitHost.kind !== "local") {
    if (places.named === undefined) return use(undefined);
    throw refused("main is on GitHub and goes on from there: --site is for a campaign on one machine");
  }
  const own = campaignRepository(dataDir);
  makeFolder(dirname(own));
  // One that a killed `erase` has left beside its place is there, and is younger than any backup.
  await finishReplacement(own);
  const folder = existsSync(own) ? undefined : await mkdtemp(`${own}.`);
  try {
    const draft = folder && (await readBundleInto(join(folder, "repository"), from));
    const repository = draft ?? own;
    const head = await readHead(repository);
    const { origin } = await readLetterAt(repository, head);
    const found = await findPublished(
      places,
      keysOf(origin, (name) => readKey(name, dataDir, from)),
    );
    const record = await readRecordAt(repository, head);
    const seen = from ? undefined : await readSeenLedger(database);
    const known = seen === undefined ? found : [...found, asPublished(seen)];
    const missing = compareWithPublished(
      record,
      known.toSorted((a, b) => b.checkpoint.size - a.checkpoint.size),
    );
    return await use({ repository, draft, size: record.entries.length, found, missing });
  } finally {
    if (folder) await rm(folder, { recursive: true, force: true });
  }
}

async function readBundleInto(repository: string, from: ReadBackup | undefined): Promise<string> {
  let there = false;
  const keep = async (bundle: Buffer) => {
    await restoreBundle(repository, bundle);
    there = true;
  };
  if (from) for await (const _ of readBackupRows(from.backup, keep));
  if (there) return repository;
  throw new LetterError(
    "backup",
    "campaign.git is neither in DATA_DIR nor in a backup: put a copy of it there, as old as it may be, and what was published since is taken over",
  );
}

function readKey(name: string, dataDir: string, from: ReadBackup | undefined): Uint8Array {
  const path = join(dataDir, name);
  const text = from ? from.contents.files.get(name) : existsSync(path) ? readFileSync(path) : undefined;
  try {
    return parseBase64url(text?.toString("utf8").trim() ?? "", 32);
  } catch (cause) {
    throw new LetterError("backup", `there is no ${name}, or it is damaged: nothing can be restored without it`, {
      cause,
    });
  }
}

function keysOf(origin: string, read: (name: string) => Uint8Array): RecordKeys {
  return {
    verifier: noteSigner(origin, read("keys/ledger.key")).verifier,
    attestation: signingKey(read("keys/attestation.key")).publicKey,
  };
}

function asPublished({ size, root }: { readonly size: number; readonly root: string }): LastPublished {
  return { place: "the database", checkpoint: { origin: "", size, root: new Uint8Array(Buffer.from(root, "base64")) } };
}

/**
 * Checks that something tells how far the ledger was published.
 *
 * @param isSaid whether it was said in so many words that nothing does
 * @param main undefined for a campaign whose main is elsewhere: it is there as it was
 * @throws LetterError `published`
 */
export function assertPublishedKnown(
  main: RestoredMain | undefined,
  { isSaid, named }: { isSaid: boolean; named: string | undefined },
): void {
  if (main === undefined || isSaid) return;
  const { found, draft, size: own } = main;
  if (found.length === 0)
    throw refused(
      "nothing tells how far the ledger was published, and one that begins again before that looks like a forgery; nothing was restored: name the last published site, a copy of it, or a checkpoint that somebody kept (--site URL|DIR|FILE), or say --no-site",
    );
  const size = found[0]!.checkpoint.size;
  if (named !== undefined && draft !== undefined && size < own)
    throw refused(
      `the site that you name has ${size} entries, and the backup has ${own}: it is an older copy, and tells nothing about later ones. Name the last one, or say --no-site`,
    );
}

/** Says how far the ledger was published, and what is taken over from there. */
export function formatPublished({ found, missing, size }: RestoredMain): string {
  const [last] = found;
  if (last === undefined)
    return `the ledger of main has ${size} entries; no published site was found to compare it with (--site URL|DIR|FILE)`;
  if (missing === undefined)
    return `the ledger of main has ${size} entries, and ${last.checkpoint.size} were published (${last.place}): nothing is missing`;
  const { accepted, withdrawn, handovers } = missing;
  return [
    `the ledger of main has ${size} entries, and ${last.checkpoint.size} were published: the others are taken from ${last.place}`,
    `  since main was copied ${accepted} were accepted and ${withdrawn} withdrew: the list becomes as it was published`,
    "  who was accepted since then can withdraw with the code; their contact records and addresses are lost, and they could sign twice",
    "  whose row was refused since then comes up for review again; sheets that were filed since then are lost, and their people must sign again",
    "  these entries count as of today, and so does a consent or notice that was changed since then",
    ...(handovers > 0
      ? [
          "  a handover since then has lost its tag here: make a new one before the purge, as what was handed over stands on the ledger",
        ]
      : []),
  ].join("\n");
}
