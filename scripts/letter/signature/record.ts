import { LetterError } from "../bytes/error.ts";
import { isOfKind, parseEntry } from "../ledger/entry.ts";
import { type LedgerOutline, outlineOf } from "../ledger/outline.ts";
import { formatLedgerShards, ledgerShardName, parseLedgerShard } from "../ledger/shards.ts";
import { TILE_WIDTH } from "../ledger/tile.ts";
import { append, EMPTY_FRONTIER, type Hash, leafHash, rootOf } from "../ledger/tree.ts";
import { formatListShard, type ListRow, listShardName, parseListShard, shardOf } from "./list.ts";
import type { Shown } from "./shown.ts";

/** The content of `signatures/` on main without the notices: everything public about a letter. */
export type CampaignRecord = {
  /** the ledger, one line per entry */
  readonly entries: readonly string[];
  /** the live rows, ascending by index */
  readonly rows: readonly ListRow[];
  /** the signed checkpoint; undefined before the first entry */
  readonly checkpoint: string | undefined;
  /** the text of each logged edition, by edition and language */
  readonly editions: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** The whole list was taken down with the purge: there is no file of it, and `rows` is empty. */
  readonly takenDown?: boolean;
};

/** The record before the letter has been put on the ledger. */
export const EMPTY_RECORD: CampaignRecord = { entries: [], rows: [], checkpoint: undefined, editions: new Map() };

/**
 * A record that has grown. `added`: the entries appended to it; `gone`: the rows removed from the list. Its checkpoint
 * is still the old one, because the new one is signed last.
 */
export type Growth = {
  readonly record: CampaignRecord;
  readonly added: readonly string[];
  readonly gone: readonly ListRow[];
};

/** The path of the signed checkpoint below `signatures/`. */
export const CHECKPOINT_PATH = "ledger/checkpoint";

/**
 * Parses the files below `signatures/` into a record; other files there are ignored.
 *
 * @param files text by path, such as `ledger/000.txt`
 * @throws LetterError when a shard is missing or not canonical
 */
export function parseRecord(files: ReadonlyMap<string, string>): CampaignRecord {
  const entries: string[] = [];
  for (let shard = 0; files.has(`ledger/${ledgerShardName(shard)}`); shard++) {
    if (entries.length % TILE_WIDTH !== 0)
      throw new LetterError("record", `ledger/${ledgerShardName(shard - 1)} is not full`);
    entries.push(...parseLedgerShard(files.get(`ledger/${ledgerShardName(shard)}`)!, shard));
  }
  const rows: ListRow[] = [];
  for (let shard = 0; shard * TILE_WIDTH < entries.length; shard++) {
    rows.push(...parseListShard(files.get(`accepted/${listShardName(shard)}`) ?? formatListShard([]), shard));
  }
  const editions = new Map<string, Map<string, string>>();
  for (const [path, text] of files) {
    const match = /^editions\/([\w-]{43})\/([a-z]{2,3})\.md$/.exec(path);
    if (match) editions.set(match[1]!, (editions.get(match[1]!) ?? new Map()).set(match[2]!, text));
  }
  const record = { entries, rows, checkpoint: files.get(CHECKPOINT_PATH), editions };
  return hasNoList(files) && entries.some((line) => isOfKind("accept", line)) ? { ...record, takenDown: true } : record;
}

/** A list from which everybody has withdrawn still has its files, without rows. */
function hasNoList(files: ReadonlyMap<string, string>): boolean {
  return ![...files.keys()].some((path) => path.startsWith("accepted/") && path.endsWith(".md"));
}

/** Returns all files of a record below `signatures/`. */
export function formatRecord(record: CampaignRecord): Map<string, string> {
  return changedFiles(EMPTY_RECORD, { record, gone: [] });
}

/** Returns the files below `signatures/` that change when a record grows: the last shards, and those that lose rows. */
export function changedFiles(
  before: CampaignRecord,
  { record: after, gone }: Pick<Growth, "record" | "gone">,
): Map<string, string> {
  const files = new Map<string, string>();
  for (const [name, text] of formatLedgerShards(after.entries, before.entries.length))
    files.set(`ledger/${name}`, text);
  const shards = new Set([...gone.map(({ index }) => shardOf(index)), ...shardsFrom(after, before.entries.length)]);
  const old = shardTexts(
    before,
    [...shards].filter((shard) => shard * TILE_WIDTH < before.entries.length),
  );
  for (const [name, text] of shardTexts(after, shards)) if (old.get(name) !== text) files.set(name, text);
  for (const [edition, texts] of after.editions) {
    if (before.editions.has(edition)) continue;
    for (const [lang, text] of texts) files.set(`editions/${edition}/${lang}.md`, text);
  }
  if (after.checkpoint !== undefined) files.set(CHECKPOINT_PATH, after.checkpoint);
  return files;
}

/**
 * Formats the shards of the list, by path: all of them by default, one for each 256 entries, even without rows. A list
 * that was taken down has none.
 */
export function shardTexts(
  record: Pick<CampaignRecord, "entries" | "rows" | "takenDown">,
  shards: Iterable<number> = shardsFrom(record, 0),
): Map<string, string> {
  if (record.takenDown) return new Map();
  const texts = [...shards].map((shard): [string, string] => [
    `accepted/${listShardName(shard)}`,
    formatListShard(record.rows.slice(firstRow(record.rows, shard), firstRow(record.rows, shard + 1))),
  ]);
  return new Map(texts);
}

/** Returns the numbers of the shards that hold the entries from this one on. */
function shardsFrom({ entries }: Pick<CampaignRecord, "entries">, first: number): number[] {
  const start = shardOf(first);
  return Array.from({ length: Math.max(Math.ceil(entries.length / TILE_WIDTH) - start, 0) }, (_, i) => start + i);
}

/** Finds where the rows of a shard begin, by binary search, so that one shard does not take reading a long list. */
function firstRow(rows: readonly ListRow[], shard: number): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (shardOf(rows[middle]!.index) < shard) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Returns the edition of the last `letter` entry; undefined when there is no such entry. */
export function loggedEdition(entries: readonly string[]): string | undefined {
  const line = entries.findLast((entry) => isOfKind("letter", entry));
  const entry = line === undefined ? undefined : parseEntry(line);
  return entry?.kind === "letter" ? entry.edition : undefined;
}

/** Returns the edition that a row of the list signed: the one in its accept entry. */
export function editionSigned(entries: readonly string[], row: ListRow): string {
  const entry = parseEntry(entries[row.index] ?? "");
  if (entry.kind !== "accept") throw noAccept(row);
  return entry.edition;
}

/** Returns the error about a row that the ledger has no accept entry for. */
export function noAccept({ index }: ListRow): LetterError {
  return new LetterError("record", `entry ${index} is no accept, but the list has a row for it`);
}

/** The numbers that the site shows. `root` in standard base64. */
export type Totals = {
  readonly accepted: number;
  readonly withdrawn: number;
  readonly listed: number;
  /** all zero when the list was taken down */
  readonly shown: Readonly<Record<Shown, number>>;
  readonly size: number;
  readonly root: string;
  readonly takenDown?: boolean;
};

/** Returns how many people have signed and not withdrawn, whether their list is still there or was taken down. */
export function peopleOf({ accepted, withdrawn, listed, takenDown }: Totals): number {
  return takenDown ? accepted - withdrawn : listed;
}

/** Returns what that number is called in the markup of a page, by which verification finds it. */
export function peopleMark({ takenDown }: Totals): "listed" | "people" {
  return takenDown ? "people" : "listed";
}

/** Computes the totals of a record. */
export function countRecord(record: CampaignRecord): Totals {
  const shown = { name: 0, initials: 0, hidden: 0, counted: 0 };
  for (const row of record.rows) shown[row.shown]++;
  const root = rootOf(append(EMPTY_FRONTIER, record.entries.map(leafHash)));
  return totalsOf(outlineOf(record.entries), { shown, root, takenDown: record.takenDown });
}

/** Puts the totals of a record together from what was counted. */
export function totalsOf(
  { size, others }: LedgerOutline,
  { shown, root, takenDown }: { shown: Totals["shown"]; root: Hash; takenDown: boolean | undefined },
): Totals {
  return {
    accepted: size - others.length,
    withdrawn: others.filter(({ line }) => isOfKind("withdraw", line)).length,
    listed: shown.name + shown.initials + shown.hidden + shown.counted,
    shown,
    size,
    root: Buffer.from(root).toString("base64"),
    ...(takenDown ? { takenDown: true } : {}),
  };
}
