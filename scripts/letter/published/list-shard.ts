import { failed, textOf, withContext } from "../bytes/read.ts";
import type { Accepted } from "../ledger/accepted.ts";
import type { LedgerFacts } from "../ledger/check.ts";
import { TILE_WIDTH } from "../ledger/tile.ts";
import { type ListRow, listShardName, parseListShard } from "../signature/list.ts";
import { publicCommitment } from "../signature/row.ts";

/** What the rows of one file of the list are compared with: a part of the facts of the ledger is enough. */
export type ShardFacts = {
  readonly accepts: { get(index: number): Accepted | undefined };
  readonly withdrawn: { has(index: number): boolean };
};

/** One file of the list as it was read, undefined when there is none, and what the ledger says of its indexes. */
export type ListShard = {
  readonly shard: number;
  /** the size of the ledger */
  readonly size: number;
  readonly bytes: Uint8Array | undefined;
  readonly facts: ShardFacts;
};

/** The path of a file of the list. */
export function listPath(shard: number): string {
  return `list/${listShardName(shard)}`;
}

/** Returns the part of the facts that is about one file of the list, for another thread. */
export function factsOfShard(shard: number, { accepts, withdrawn }: LedgerFacts): ShardFacts {
  const [ofShard, left] = [new Map<number, Accepted>(), new Set<number>()];
  for (let index = shard * TILE_WIDTH; index < (shard + 1) * TILE_WIDTH; index++) {
    const accept = accepts.get(index);
    if (accept !== undefined) ofShard.set(index, accept);
    if (withdrawn.has(index)) left.add(index);
  }
  return { accepts: ofShard, withdrawn: left };
}

/**
 * Checks one file of the list against the ledger: its indexes are {accept} − {withdraw}, and each row opens the
 * commitment at its index.
 *
 * @throws LetterError naming the file and the line, or the missing index
 */
export function checkListShard({ shard, size, bytes, facts }: ListShard): ListRow[] {
  const path = listPath(shard);
  const rows = bytes === undefined ? [] : parseListShard(textOf(path, bytes), shard);
  for (const [i, row] of rows.entries())
    withContext(`${path}: line ${i + 3} (index ${row.index})`, () => checkRow(row, facts));
  const listed = new Set(rows.map((row) => row.index));
  for (let index = shard * TILE_WIDTH; index < Math.min(size, (shard + 1) * TILE_WIDTH); index++) {
    if (facts.accepts.get(index) && !facts.withdrawn.has(index) && !listed.has(index)) {
      throw failed(`${path}: the row of the accepted entry ${index} is missing, and it was never withdrawn`);
    }
  }
  return rows;
}

/** @throws LetterError `verify` when the row does not open the accept entry at its index */
export function checkOpens(row: ListRow, { accepts }: Pick<ShardFacts, "accepts">): void {
  const accept = accepts.get(row.index);
  if (!accept) throw failed("the ledger has no accept at this index");
  if (publicCommitment(row, accept.edition) !== accept.publicCommitment) {
    throw failed("the row does not open the commitment on the ledger: it was changed after it was accepted");
  }
}

function checkRow(row: ListRow, facts: ShardFacts): void {
  if (facts.withdrawn.has(row.index)) throw failed("the row was withdrawn and must not be on the list");
  checkOpens(row, facts);
}
