import { isUtf8 } from "node:buffer";
import { parseBase64url } from "../../letter/bytes/base64url.ts";
import { firstBytesOf } from "../../letter/bytes/crockford.ts";
import { LetterError } from "../../letter/bytes/error.ts";
import type { Finder } from "../../letter/bytes/finder.ts";
import { sha256 } from "../../letter/bytes/hash.ts";
import type { Notice } from "../../letter/handover/notice.ts";
import type { OpenAccepted } from "../../letter/ledger/accepted.ts";
import { parseEntry } from "../../letter/ledger/entry.ts";
import { type IndexedEntry, othersAmong } from "../../letter/ledger/outline.ts";
import { ledgerShardName, parseLedgerShard } from "../../letter/ledger/shards.ts";
import { TILE_WIDTH } from "../../letter/ledger/tile.ts";
import { append, EMPTY_FRONTIER, type Frontier, type Hash, leafHash, rootOf } from "../../letter/ledger/tree.ts";
import { idOf } from "../../letter/signature/derivation.ts";
import { type ListRow, listShardName, parseListShard, shardOf } from "../../letter/signature/list.ts";
import {
  CHECKPOINT_PATH,
  type Growth,
  grownFiles,
  loggedEditions,
  shardsTouched,
} from "../../letter/signature/record.ts";
import { openRecordCheck } from "../../letter/signature/record-check.ts";
import type { Sheet } from "../../letter/signature/sheet.ts";
import type { Standing } from "../../letter/signature/standing.ts";
import { decodeText, readBlobs, readText } from "../../outside/git/object.ts";
import type { TreeFile } from "../../outside/git/reading/files.ts";
import { listRecordFiles, readFilesInOrder } from "../../outside/git/record-at.ts";
import type { LedgerRoots } from "../live-checkpoint.ts";

/**
 * What accept keeps of main's record after it has read all of it once: what judging a sheet asks for and what changes when
 * the record grows. Of a signature these are its two commitments, and 16 bytes to find its row by. All else stays in git.
 */
export type KeptRecord = {
  readonly repository: string;
  /** the commit of main that has this record */
  commit: string;
  checkpoint: string | undefined;
  /** entries of the ledger, and rows on the list */
  size: number;
  listed: number;
  takenDown: boolean;
  frontier: Frontier;
  /** the root of each shard of the ledger that is full */
  readonly tiles: Hash[];
  /** the entries of the last shard, if that is not full */
  last: readonly string[];
  /** the entries that are not accepts */
  readonly others: IndexedEntry[];
  /** logged editions, the current one last, and those whose texts are there */
  editions: readonly string[];
  readonly texts: Set<string>;
  readonly accepts: OpenAccepted;
  readonly withdrawn: Set<number>;
  /** the indexes of rows by SHA-256 of their openings */
  readonly byOpening: Finder;
  /** the first rule between entries that is broken, and whether the list fits the ledger */
  readonly broken: LetterError | undefined;
  readonly fits: boolean;
};

const FOLDER = "signatures";
const ledgerPath = (shard: number) => `${FOLDER}/ledger/${ledgerShardName(shard)}`;
const listPath = (shard: number) => `${FOLDER}/accepted/${listShardName(shard)}`;

/**
 * Reads the record of a commit once, shard by shard, and checks all of it.
 *
 * @throws LetterError for a file that is not canonical, the first in the order in which a record is parsed
 */
export async function readKeptRecord(repository: string, commit: string): Promise<KeptRecord> {
  const files = await listRecordFiles(repository, commit);
  const byPath = new Map(files.map((file) => [file.path, file]));
  const [ledger, list] = [new Set<TreeFile>(), new Set<TreeFile>()];
  for (let shard = 0; ; shard++) {
    const [of, rows] = [byPath.get(ledgerPath(shard)), byPath.get(listPath(shard))];
    if (of === undefined) break;
    ledger.add(of);
    if (rows) list.add(rows);
  }
  const inOrder = [...ledger].flatMap((of, shard) => [of, byPath.get(listPath(shard)) ?? []].flat());
  const rest = files.filter((file) => !ledger.has(file) && !list.has(file));
  const check = openRecordCheck();
  const texts = new Set<string>();
  let checkpoint: string | undefined;
  const unreadable = new Set<string>();
  let [ledgerFault, listFault]: (LetterError | undefined)[] = [];
  for await (const [file, bytes] of readFilesInOrder(repository, [...rest, ...inOrder])) {
    if (!isUtf8(bytes)) unreadable.add(file.path);
    if (unreadable.size > 0) continue;
    if (ledger.has(file)) ledgerFault ??= faultOf(() => check.addLedger(bytes));
    else if (list.has(file)) {
      if (ledgerFault === undefined) listFault ??= faultOf(() => check.addList(bytes.toString("utf8")));
    } else {
      const path = file.path.slice(FOLDER.length + 1);
      if (path === CHECKPOINT_PATH) checkpoint = bytes.toString("utf8");
      const edition = /^editions\/([\w-]{43})\/[a-z]{2,3}\.md$/.exec(path)?.[1];
      if (edition !== undefined) texts.add(edition);
    }
  }
  for (const { path } of files) if (unreadable.has(path)) decodeText(Uint8Array.of(0xff), path);
  const fault = ledgerFault ?? listFault;
  if (fault) throw fault;
  const { hasAccepts, ...facts } = check.finish();
  const hasList = files.some(({ path }) => path.startsWith(`${FOLDER}/accepted/`) && path.endsWith(".md"));
  return {
    ...{ repository, commit, checkpoint, texts, ...facts },
    takenDown: !hasList && hasAccepts,
    editions: loggedEditions(facts.others.map(({ line }) => line)),
  };
}

function faultOf(run: () => void): LetterError | undefined {
  try {
    run();
    return undefined;
  } catch (cause) {
    if (cause instanceof LetterError) return cause;
    throw cause;
  }
}

/** Whether main has the same record at both commits: a change of the letter leaves it as it is. */
export async function hasRecordOf(kept: KeptRecord, commit: string): Promise<boolean> {
  const [before, now] = [
    await listRecordFiles(kept.repository, kept.commit),
    await listRecordFiles(kept.repository, commit),
  ];
  return before.length === now.length && before.every(({ path, id }, i) => now[i]!.path === path && now[i]!.id === id);
}

/** Returns the roots of the ledger at these sizes, as far as it has them, of which at most one shard each is read. */
export async function rootsOfKept(kept: KeptRecord, sizes: readonly number[]): Promise<LedgerRoots> {
  const roots = new Map<number, Hash>();
  for (const size of sizes.filter((one) => one <= kept.size)) {
    const shard = Math.floor(size / TILE_WIDTH);
    const { size: count, peaks } = append(EMPTY_FRONTIER, kept.tiles.slice(0, shard));
    const width = size - shard * TILE_WIDTH;
    const lines = width === 0 ? [] : await readShardOfLedger(kept, shard);
    const frontier = { size: count * TILE_WIDTH, peaks };
    roots.set(size, rootOf(append(frontier, lines.slice(0, width).map(leafHash))));
  }
  return { size: kept.size, rootAt: (size) => roots.get(size)! };
}

async function readShardOfLedger(kept: KeptRecord, shard: number): Promise<readonly string[]> {
  if (shard === kept.tiles.length) return kept.last;
  const path = ledgerPath(shard);
  return parseLedgerShard((await readText(kept.repository, kept.commit, path)) ?? "", shard);
}

/** Returns what a sheet or a notice is judged by, with the rows that it names. */
export async function standingFor(kept: KeptRecord, named: Sheet | Notice): Promise<Standing> {
  return standingOfKept(kept, await readRows(kept, indexesNamed(kept, named)));
}

/** Returns what sheets are judged by, as far as it does not depend on more rows than these. */
export function standingOfKept(kept: KeptRecord, rows: readonly ListRow[] = []): Standing {
  const { accepts, size, others, editions, takenDown } = kept;
  return {
    ...{ ledger: { size, others }, editions, takenDown },
    hasCommitment: (commitment) => accepts.hasCommitment(commitment),
    rowsOf: (ids) => rows.filter(({ opening }) => ids.has(idOf(parseBase64url(opening, 32)))),
    rowAt: (index) => rows.find((row) => row.index === index),
  };
}

function indexesNamed({ byOpening, takenDown }: KeptRecord, named: Sheet | Notice): number[] {
  if (takenDown) return [];
  if (named.kind === "withdrawals") return named.rows.flatMap(({ id }) => byOpening.find(firstBytesOf(id)));
  return named.kind === "remove" ? [named.index] : [];
}

/** Reads the rows that are on the list with these indexes, ascending. */
async function readRows(kept: KeptRecord, indexes: readonly number[]): Promise<ListRow[]> {
  const wanted = new Set(indexes.filter((index) => index < kept.size && !kept.withdrawn.has(index)));
  const shards = await readShards(kept, new Set([...wanted].map(shardOf)));
  const rows = [...shards.values()].flatMap((some) => some.filter(({ index }) => wanted.has(index)));
  return rows.sort((a, b) => a.index - b.index);
}

async function readShards(
  { repository, commit }: KeptRecord,
  shards: ReadonlySet<number>,
): Promise<Map<number, ListRow[]>> {
  const numbers = [...shards];
  const blobs = await readBlobs(
    repository,
    numbers.map((shard) => `${commit}:${listPath(shard)}`),
  );
  return new Map(
    numbers.map((shard, i) => {
      const bytes = blobs[i];
      return [shard, bytes === undefined ? [] : parseListShard(decodeText(bytes, listPath(shard)), shard)];
    }),
  );
}

/** Returns the files of `signatures/` that change when the record grows so, with this checkpoint. */
export async function filesOfGrowth(
  kept: KeptRecord,
  growth: Growth,
  checkpoint: string,
): Promise<Map<string, string | undefined>> {
  const { size, last, texts, takenDown } = kept;
  const touched = takenDown || growth.takenDown ? new Set<number>() : shardsTouched(size, growth);
  const shards = await readShards(kept, touched);
  return grownFiles({ size, last, texts, takenDown, shards }, growth, checkpoint);
}

/** Notes that main's record has grown so: what was kept of it before is of no use any more. */
export function growKept(
  kept: KeptRecord,
  growth: Growth,
  after: Pick<KeptRecord, "commit" | "frontier"> & { readonly checkpoint: string },
): void {
  for (const [i, line] of growth.added.entries()) {
    const entry = parseEntry(line);
    if (entry.kind === "accept") kept.accepts.add(kept.size + i, entry);
    if (entry.kind === "withdraw") kept.withdrawn.add(entry.index);
  }
  kept.others.push(...othersAmong(growth.added, kept.size));
  kept.size += growth.added.length;
  for (const { index, opening } of growth.rows) kept.byOpening.add(sha256(parseBase64url(opening, 32)), index);
  kept.listed = growth.takenDown ? 0 : kept.listed + growth.rows.length - growth.gone.length;
  let last = [...kept.last, ...growth.added];
  for (; last.length >= TILE_WIDTH; last = last.slice(TILE_WIDTH))
    kept.tiles.push(rootOf(append(EMPTY_FRONTIER, last.slice(0, TILE_WIDTH).map(leafHash))));
  kept.last = last;
  kept.takenDown ||= growth.takenDown ?? false;
  if (growth.letter) {
    const { edition } = growth.letter;
    kept.texts.add(edition);
    kept.editions = [...kept.editions.filter((one) => one !== edition), edition];
  }
  Object.assign(kept, after);
}
