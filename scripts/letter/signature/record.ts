import { LetterError } from "../bytes/error.ts";
import { entriesOf, isOfKind, parseEntry } from "../ledger/entry.ts";
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

/** How a record grows, without the checkpoint that is signed for it last. */
export type Growth = {
  /** the entries that are appended to the ledger */
  readonly added: readonly string[];
  /** the rows that come to the list, ascending, and those that leave it */
  readonly rows: readonly ListRow[];
  readonly gone: readonly ListRow[];
  /** an edition that is logged, with its text by language */
  readonly letter?: { readonly edition: string; readonly texts: ReadonlyMap<string, string> };
  /** the whole list goes */
  readonly takenDown?: boolean;
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
  { record: after, gone }: { readonly record: CampaignRecord; readonly gone: readonly ListRow[] },
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

/** The end of a record, which is all of it that changes when it grows. */
export type RecordEnd = {
  /** the entries of the ledger */
  readonly size: number;
  /** the entries of its last shard, if that is not full */
  readonly last: readonly string[];
  /** the editions whose texts are there */
  readonly texts: { has(edition: string): boolean };
  /** the rows of the shards of the list that rows come to or leave */
  readonly shards: ReadonlyMap<number, readonly ListRow[]>;
  readonly takenDown: boolean;
};

/** Returns the numbers of the shards of the list that are there and that rows come to or leave. */
export function shardsTouched(size: number, { rows, gone }: Pick<Growth, "rows" | "gone">): Set<number> {
  const shards = [...gone, ...rows].map(({ index }) => shardOf(index));
  return new Set(shards.filter((shard) => shard * TILE_WIDTH < size));
}

/**
 * Returns the files below `signatures/` that change when a record grows; undefined for one that goes. It is `changedFiles`
 * for a record of which only the end is in memory.
 */
export function grownFiles(end: RecordEnd, growth: Growth, checkpoint: string): Map<string, string | undefined> {
  const files = new Map<string, string | undefined>();
  const size = end.size + growth.added.length;
  const count = Math.ceil(end.size / TILE_WIDTH);
  if (growth.takenDown && !end.takenDown)
    for (let shard = 0; shard < count; shard++) files.set(`accepted/${listShardName(shard)}`, undefined);
  const first = end.size - end.last.length;
  const lines = [...end.last, ...growth.added];
  for (let at = 0; growth.added.length > 0 && at < lines.length; at += TILE_WIDTH)
    files.set(
      `ledger/${ledgerShardName((first + at) / TILE_WIDTH)}`,
      lines
        .slice(at, at + TILE_WIDTH)
        .map((line) => `${line}\n`)
        .join(""),
    );
  if (!growth.takenDown && !end.takenDown) {
    const gone = new Set(growth.gone.map(({ index }) => index));
    const come = Map.groupBy(growth.rows, ({ index }) => shardOf(index));
    const shards = shardsTouched(end.size, growth);
    for (let shard = count; shard * TILE_WIDTH < size; shard++) shards.add(shard);
    for (const shard of shards) {
      const stay = (end.shards.get(shard) ?? []).filter(({ index }) => !gone.has(index));
      files.set(`accepted/${listShardName(shard)}`, formatListShard([...stay, ...(come.get(shard) ?? [])]));
    }
  }
  const { letter } = growth;
  if (letter && !end.texts.has(letter.edition))
    for (const [lang, text] of letter.texts) files.set(`editions/${letter.edition}/${lang}.md`, text);
  return files.set(CHECKPOINT_PATH, checkpoint);
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

/** Returns the editions of the `letter` entries, each once, the current one last. */
export function loggedEditions(entries: readonly string[]): string[] {
  const editions = entriesOf("letter", entries).map(({ edition }) => edition);
  return [...new Set(editions.reverse())].reverse();
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
