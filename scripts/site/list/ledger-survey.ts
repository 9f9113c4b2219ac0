import { parseEntry } from "../../letter/ledger/entry.ts";
import { type IndexedEntry, type LedgerOutline, othersAmong } from "../../letter/ledger/outline.ts";
import { TILE_WIDTH } from "../../letter/ledger/tile.ts";
import { assertFull, entriesIn, readLedgerFiles } from "./record-folder.ts";
import { digestOf, type SiteFolder } from "./site-folder.ts";

/** What is known of a file of the ledger without its entries. */
export type LedgerShard = {
  readonly shard: number;
  /** of the file */
  readonly digest: string;
  readonly width: number;
  readonly others: readonly IndexedEntry[];
  /** the editions that its accepts name */
  readonly editions: readonly string[];
};

/** The ledger in the folder of a record, shard by shard. */
export type LedgerSurvey = { readonly outline: LedgerOutline; readonly shards: readonly LedgerShard[] };

/** What is noted with the tiles of a shard, so that the next build need not parse its entries. */
export type LedgerFacts = Pick<LedgerShard, "width" | "others" | "editions"> & {
  /** the root of a full shard, base64url; absent for the last one */
  readonly root?: string | undefined;
};

/**
 * Reads the ledger once, and parses the files that the earlier build has not seen.
 *
 * @throws LetterError `record`, `ledger` or `entry` when a file is not canonical
 */
export function surveyLedger(signatures: string, folder: Pick<SiteFolder, "factsOf">): LedgerSurvey {
  const shards: LedgerShard[] = [];
  for (const file of readLedgerFiles(signatures)) {
    const last = shards.at(-1);
    if (last) assertFull(last.shard, last.width);
    const digest = digestOf(file.bytes);
    const { shard } = file;
    const noted = folder.factsOf(`ledger/${shard}`, digest) as LedgerFacts | undefined;
    shards.push({ shard, digest, ...(noted ?? factsIn(shard, entriesIn(file))) });
  }
  const others = shards.flatMap((shard) => shard.others);
  return { outline: { size: sizeOf(shards), others }, shards };
}

function sizeOf(shards: readonly LedgerShard[]): number {
  return Math.max(shards.length - 1, 0) * TILE_WIDTH + (shards.at(-1)?.width ?? 0);
}

function factsIn(shard: number, entries: readonly string[]): LedgerFacts {
  const editions = new Set<string>();
  for (const line of entries) {
    const entry = parseEntry(line);
    if (entry.kind === "accept") editions.add(entry.edition);
  }
  return { width: entries.length, others: othersAmong(entries, shard * TILE_WIDTH), editions: [...editions] };
}
