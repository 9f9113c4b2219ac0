import { formatEntry } from "../ledger/entry.ts";
import { type LedgerOutline, linesOf, outlineOf, publishedSizes } from "../ledger/outline.ts";
import { bundleLength, formatEntryBundle, partialTiles, TILE_WIDTH, tileLevels, tilePath } from "../ledger/tile.ts";
import { type Hash, leafHash, treeRoot } from "../ledger/tree.ts";
import { type CampaignRecord, countRecord, loggedEdition, shardTexts, type Totals } from "../signature/record.ts";

/** The public keys of a campaign: `/keys.json`. */
export type PublicKeys = {
  /** verifier key of the checkpoint */
  readonly ledger: string;
  /** base64url of the 32 bytes of the form service's public key */
  readonly attestation: string;
  /** age recipients of the contact records */
  readonly recipients: readonly string[];
};

/** What the files that are not part of a shard are made from. */
export type PublishedHead = Pick<CampaignRecord, "checkpoint" | "editions"> & {
  readonly ledger: LedgerOutline;
  readonly totals: Totals;
};

/**
 * Yields every file of the site that programs read, as [path, content]: ledger with tiles, list, letters, counts, keys.
 *
 * The ledger is published as a C2SP tlog-tiles log with the partial tiles of every size ever published, so that a
 * receipt or a checkpoint of any day can always be checked.
 */
export function* publishedFiles(
  record: CampaignRecord,
  keys: PublicKeys,
): Generator<[path: string, content: Uint8Array | string]> {
  const ledger = outlineOf(record.entries);
  const sizes = publishedSizes(ledger);
  const widths = widthsByShard(sizes);
  const above: Hash[] = [];
  for (let shard = 0; shard * TILE_WIDTH < ledger.size; shard++) {
    const entries = record.entries.slice(shard * TILE_WIDTH, (shard + 1) * TILE_WIDTH);
    const leaves = entries.map(leafHash);
    yield* tilesOfShard(shard, { entries, leaves, widths: widths.get(shard) ?? [] });
    if (leaves.length === TILE_WIDTH) above.push(treeRoot(leaves));
  }
  yield* tilesAbove(above, sizes);
  for (const [path, text] of shardTexts(record)) yield [path.replace(/^accepted\//, "list/"), text];
  yield* publishedHead({ ...record, ledger, totals: countRecord(record) }, keys);
}

/** Yields the files of which there is one each: checkpoint, letters, counts, keys. */
export function* publishedHead(
  { checkpoint, editions, ledger, totals }: PublishedHead,
  keys: PublicKeys,
): Generator<[path: string, content: string]> {
  for (const [edition, texts] of editions) {
    for (const [lang, text] of texts) yield [`letter/${edition}/${lang}.md`, text];
  }
  yield ["letter/editions.json", json(editionIndex(editions, linesOf(ledger)))];
  yield ["count.json", json(publishedCount(totals))];
  yield ["keys.json", json({ ledger: keys.ledger, attestation: keys.attestation, recipients: keys.recipients })];
  // The checkpoint comes last: anyone who reads it finds all that it speaks of.
  if (checkpoint !== undefined) yield ["ledger/checkpoint", checkpoint];
}

/**
 * Yields the tiles of a shard of the ledger: hashes and entries, at its width and at each narrower one.
 *
 * @param widths see `widthsByShard`
 */
export function* tilesOfShard(
  shard: number,
  { entries, leaves, widths }: { entries: readonly string[]; leaves: readonly Hash[]; widths: readonly number[] },
): Generator<[path: string, content: Uint8Array]> {
  const bundle = formatEntryBundle(entries);
  const hashes = Buffer.concat(leaves);
  for (const width of new Set([...widths, entries.length])) {
    yield [`ledger/${tilePath(0, shard, width)}`, hashes.subarray(0, width * HASH_BYTES)];
    yield [`ledger/${tilePath("entries", shard, width)}`, bundle.subarray(0, bundleLength(bundle, width))];
  }
}

const HASH_BYTES = 32;

/** Returns, for each shard that was published while it was not full, the numbers of entries that it had then. */
export function widthsByShard(sizes: readonly number[]): Map<number, number[]> {
  const widths = new Map<number, number[]>();
  for (const size of sizes) {
    const [shard, width] = [Math.floor(size / TILE_WIDTH), size % TILE_WIDTH];
    if (width === 0) continue;
    const known = widths.get(shard);
    if (known) known.push(width);
    else widths.set(shard, [width]);
  }
  return widths;
}

/**
 * Yields the tiles of the levels above the shards.
 *
 * @param above the root of each full shard
 * @param sizes at which the ledger was published
 */
export function* tilesAbove(
  above: readonly Hash[],
  sizes: readonly number[],
): Generator<[path: string, content: Uint8Array]> {
  const levels = above.length === 0 ? [] : tileLevels(above);
  const written = new Set<string>();
  const tile = function* (level: number, number: number, width: number): Generator<[string, Uint8Array]> {
    const path = `ledger/${tilePath(level, number, width)}`;
    if (written.has(path)) return;
    written.add(path);
    const start = number * TILE_WIDTH;
    yield [path, Buffer.concat(levels[level - 1]?.slice(start, start + width) ?? [])];
  };
  for (const [i, hashes] of levels.entries()) {
    for (let number = 0; (number + 1) * TILE_WIDTH <= hashes.length; number++) yield* tile(i + 1, number, TILE_WIDTH);
  }
  for (const size of sizes) {
    for (const { level, number, width } of partialTiles(size)) if (level > 0) yield* tile(level, number, width);
  }
}

/** Lists the texts below `/letter/`, the current edition last. */
function editionIndex(
  editions: CampaignRecord["editions"],
  lines: readonly string[],
): { edition: string; languages: string[] }[] {
  const current = loggedEdition(lines);
  const all = [...editions].map(([edition, texts]) => ({ edition, languages: [...texts.keys()].sort() }));
  const order = ({ edition }: { edition: string }) =>
    edition === current ? lines.length : lines.indexOf(formatEntry({ kind: "letter", edition }));
  return all.sort((a, b) => order(a) - order(b));
}

/** The content of `/count.json`. When the list was taken down, nobody can check how its rows were shown. */
function publishedCount({ accepted, withdrawn, listed, shown, size, root, takenDown }: Totals): object {
  const ofList = takenDown ? { listed: 0, taken_down: true } : { listed, shown };
  return { accepted, withdrawn, ...ofList, size, root };
}

function json(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}
