import { formatEntry, parseEntry } from "../ledger/entry.ts";
import { formatEntryBundle, partialTiles, TILE_WIDTH, tileLevels, tilePath } from "../ledger/tile.ts";
import { leafHash } from "../ledger/tree.ts";
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
  if (record.checkpoint !== undefined) yield ["ledger/checkpoint", record.checkpoint];
  yield* tiles(record.entries);
  for (const [path, text] of shardTexts(record)) yield [path.replace(/^accepted\//, "list/"), text];
  for (const [edition, texts] of record.editions) {
    for (const [lang, text] of texts) yield [`letter/${edition}/${lang}.md`, text];
  }
  yield ["letter/editions.json", json(editionIndex(record))];
  yield ["count.json", json(publishedCount(countRecord(record)))];
  yield ["keys.json", json({ ledger: keys.ledger, attestation: keys.attestation, recipients: keys.recipients })];
}

/**
 * Returns the sizes at which a checkpoint can have been signed: after each letter, batch, withdrawal, handover and
 * purge.
 *
 * They follow from the entries. Consecutive withdrawals yield a few sizes that were never published, but no published
 * size is missing.
 */
export function publishedSizes(entries: readonly string[]): number[] {
  const sizes: number[] = [];
  for (let at = 0; at < entries.length; at++) {
    const entry = parseEntry(entries[at]!);
    if (entry.kind === "batch") at += entry.filed - entry.refused - entry.leftOut;
    sizes.push(at + 1);
  }
  return sizes;
}

function* tiles(entries: readonly string[]): Generator<[string, Uint8Array]> {
  const levels = tileLevels(entries.map(leafHash));
  const written = new Set<string>();
  const tile = function* (level: number, number: number, width: number): Generator<[string, Uint8Array]> {
    const path = `ledger/${tilePath(level, number, width)}`;
    if (written.has(path)) return;
    written.add(path);
    const start = number * TILE_WIDTH;
    yield [path, Buffer.concat(levels[level]!.slice(start, start + width))];
    if (level === 0)
      yield [`ledger/${tilePath("entries", number, width)}`, formatEntryBundle(entries.slice(start, start + width))];
  };
  for (const [level, hashes] of levels.entries()) {
    for (let number = 0; (number + 1) * TILE_WIDTH <= hashes.length; number++) yield* tile(level, number, TILE_WIDTH);
  }
  for (const size of publishedSizes(entries)) {
    for (const partial of partialTiles(size)) yield* tile(partial.level, partial.number, partial.width);
  }
}

/** Lists the texts below `/letter/`, the current edition last. */
function editionIndex(record: CampaignRecord): { edition: string; languages: string[] }[] {
  const current = loggedEdition(record.entries);
  const all = [...record.editions].map(([edition, texts]) => ({ edition, languages: [...texts.keys()].sort() }));
  const order = ({ edition }: { edition: string }) =>
    edition === current ? record.entries.length : record.entries.indexOf(formatEntry({ kind: "letter", edition }));
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
