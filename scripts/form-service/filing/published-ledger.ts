import { existsSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { LetterError } from "../../letter/bytes/error.ts";
import { type Checkpoint, openCheckpoint } from "../../letter/ledger/checkpoint.ts";
import { isOfKind } from "../../letter/ledger/entry.ts";
import { append, EMPTY_FRONTIER, equal, leafHash, rootOf } from "../../letter/ledger/tree.ts";
import { type RecordKeys, readPublishedRecord } from "../../letter/published/published-record.ts";
import type { CampaignRecord } from "../../letter/signature/record.ts";
import { openPublished } from "../../outside/published.ts";

/** Something that shows how far the ledger was published: a site, a public bag, or only a checkpoint that was kept. */
export type LastPublished = {
  readonly place: string;
  readonly checkpoint: Checkpoint;
  /** undefined for a checkpoint without its site */
  readonly record?: CampaignRecord;
};

/** What main lacks, as far as it was published. `record`: what main is to become. */
export type Missing = {
  readonly record: CampaignRecord;
  readonly accepted: number;
  readonly withdrawn: number;
  readonly handovers: number;
};

/** Where the last published site may be. `named`: what the organisers name; the folders are data folders. */
export type PublishedPlaces = { readonly named: string | undefined; readonly dataDirs: readonly string[] };

/**
 * Reads what was published, wherever it can be found: at the place that was named, and in the `site` of a data folder.
 *
 * @throws LetterError `published` with the place in front when one is damaged, of another key, or does not answer
 */
export async function findPublished({ named, dataDirs }: PublishedPlaces, keys: RecordKeys): Promise<LastPublished[]> {
  const folders = dataDirs.map((folder) => join(folder, "site")).filter((folder) => existsSync(folder));
  const found: LastPublished[] = [];
  for (const place of new Set([...(named === undefined ? [] : [named]), ...folders])) {
    try {
      found.push(await readPlace(place, keys));
    } catch (cause) {
      if (!(cause instanceof LetterError)) throw cause;
      throw new LetterError("published", `${place} cannot be used: ${cause.message}`, { cause });
    }
  }
  return found.sort((a, b) => b.checkpoint.size - a.checkpoint.size);
}

async function readPlace(place: string, keys: RecordKeys): Promise<LastPublished> {
  const isFile = !/^https?:/.test(place) && (await stat(place).catch(() => undefined))?.isFile();
  if (isFile) {
    const bytes = await readFile(place);
    // A note begins with the ledger's name, a bag with the name of a folder.
    if (bytes.toString("latin1", 0, keys.verifier.name.length + 1) === `${keys.verifier.name}\n`)
      return { place, checkpoint: openCheckpoint(bytes.toString("utf8"), keys.verifier) };
  }
  const record = await readPublishedRecord(openPublished(place), keys);
  return { place, checkpoint: openCheckpoint(record.checkpoint ?? "", keys.verifier), record };
}

/**
 * Compares main with what was published, and tells what main lacks of it; undefined if it lacks nothing.
 *
 * @throws LetterError `published` when they contradict each other, or what is missing cannot be taken over
 */
export function compareWithPublished(main: CampaignRecord, found: readonly LastPublished[]): Missing | undefined {
  const [last] = found;
  const size = main.entries.length;
  const record = last && last.checkpoint.size > size ? last.record : undefined;
  const entries = record?.entries ?? main.entries;
  if (last && last.checkpoint.size > entries.length)
    throw refused(
      `main has ${size} entries, and ${last.checkpoint.size} were published: name the site itself or a copy of it (--site URL|DIR), so that the others can be taken from it`,
    );
  for (const { place, checkpoint } of found) assertBegins(entries, checkpoint, place);
  if (record === undefined) return undefined;
  if (main.entries.some((entry, i) => entries[i] !== entry)) throw contradicts(last!.place);
  const since = entries.slice(size);
  const count = (kind: "accept" | "withdraw" | "handover" | "purge") =>
    since.filter((entry) => isOfKind(kind, entry)).length;
  if (record.takenDown || count("purge") > 0)
    throw refused(
      "the published ledger has a purge since: what this backup holds was to be destroyed, and nothing of it is restored. Destroy the backup; the repository that lives on is the fresh one",
    );
  return { record, accepted: count("accept"), withdrawn: count("withdraw"), handovers: count("handover") };
}

function assertBegins(entries: readonly string[], { size, root }: Checkpoint, place: string): void {
  if (!equal(rootOf(append(EMPTY_FRONTIER, entries.slice(0, size).map(leafHash))), root)) throw contradicts(place);
}

function contradicts(place: string): LetterError {
  return refused(
    `main and what was published contradict each other (${place}): its key has signed two ledgers. Is the backup of a copy that went on by itself? Stop, keep both, and ask for help`,
  );
}

/** What contradicts what was published, or cannot be taken over. */
export function refused(message: string): LetterError {
  return new LetterError("published", message);
}
