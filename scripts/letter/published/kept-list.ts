import { failed, type Read, textOf, withContext } from "../bytes/read.ts";
import type { LedgerFacts } from "../ledger/check.ts";
import { TILE_WIDTH } from "../ledger/tile.ts";
import { listShardName, parseListShard } from "../signature/list.ts";
import { checkOpens } from "./list-shard.ts";

/** What a list that somebody kept comes to against today's ledger. */
export type KeptList = {
  /** the number of rows, each of which opens its accept entry */
  readonly proved: number;
  /** the indexes among them that have been withdrawn since the list was kept */
  readonly withdrawn: readonly number[];
  /** the number of signatures that count today and are not in it: accepted later, or left out */
  readonly missing: number;
};

/**
 * Checks a list that somebody kept, such as one from a public bag, against a ledger that has grown since. It can be
 * done after the site has taken its list down. That somebody has withdrawn since is no fault of the list.
 *
 * @throws LetterError naming the file and the line of a row that does not open its accept entry
 */
export async function checkKeptList(read: Read, size: number, facts: LedgerFacts): Promise<KeptList> {
  const found = new Set<number>();
  const shards = Math.ceil(size / TILE_WIDTH);
  let files = 0;
  // One file more than the ledger has: a list of another ledger can be longer.
  for (let shard = 0; shard <= shards; shard++) {
    const path = `list/${listShardName(shard)}`;
    const bytes = await read(path);
    if (bytes === undefined) continue;
    files++;
    for (const [i, row] of parseListShard(textOf(path, bytes), shard).entries()) {
      withContext(`kept list, ${listShardName(shard)}: line ${i + 3} (index ${row.index})`, () =>
        checkOpens(row, facts),
      );
      found.add(row.index);
    }
  }
  if (files === 0) throw failed("--list: there is no list: name the folder that has the file 000.md");
  const live = [...facts.accepts.keys()].filter((index) => !facts.withdrawn.has(index));
  return {
    proved: found.size,
    withdrawn: [...found].filter((index) => facts.withdrawn.has(index)),
    missing: live.filter((index) => !found.has(index)).length,
  };
}
