import { failed, type Read, textOf, withContext } from "../bytes/read.ts";
import type { LedgerFacts } from "../ledger/check.ts";
import { TILE_WIDTH } from "../ledger/tile.ts";
import { type ListRow, listShardName, parseListShard } from "../signature/list.ts";
import type { Totals } from "../signature/record.ts";
import { publicCommitment } from "../signature/row.ts";
import type { PageCheck } from "./pages.ts";

/**
 * Checks that a list which is said to be taken down may be, and is: no file of it is left, and no name on its pages.
 *
 * @throws LetterError naming the rule of the ledger, or the file that is there
 */
export async function checkTakenDown(
  read: Read,
  size: number,
  facts: LedgerFacts,
  pages: Pick<PageCheck, "gone">,
): Promise<void> {
  if (facts.whyListed !== undefined)
    throw failed(`count.json: it says that the list was taken down, but ${facts.whyListed}`);
  for (let shard = 0; shard * TILE_WIDTH < size; shard++) {
    const path = `list/${listShardName(shard)}`;
    if ((await read(path)) !== undefined)
      throw failed(`${path} is there, but count.json says that the whole list was taken down`);
    await pages.gone(shard);
  }
}

/**
 * Checks the published list against the ledger: its indexes are {accept} − {withdraw}, and each row opens the
 * commitment at its index. Passes the rows of each file to the check of the pages that show them.
 *
 * @returns the number of rows that are shown in each way
 * @throws LetterError naming the shard and the line, or the missing index
 */
export async function checkList(
  read: Read,
  size: number,
  facts: LedgerFacts,
  pages: Pick<PageCheck, "shard">,
): Promise<Totals["shown"]> {
  const shown = { name: 0, initials: 0, hidden: 0, counted: 0 };
  for (let shard = 0; shard * TILE_WIDTH < size; shard++) {
    const path = `list/${listShardName(shard)}`;
    const bytes = await read(path);
    const rows = bytes === undefined ? [] : parseListShard(textOf(path, bytes), shard);
    for (const [i, row] of rows.entries()) {
      withContext(`${path}: line ${i + 3} (index ${row.index})`, () => checkRow(row, facts));
      shown[row.shown]++;
    }
    const listed = new Set(rows.map((row) => row.index));
    for (let index = shard * TILE_WIDTH; index < Math.min(size, (shard + 1) * TILE_WIDTH); index++) {
      if (facts.accepts.has(index) && !facts.withdrawn.has(index) && !listed.has(index)) {
        throw failed(`${path}: the row of the accepted entry ${index} is missing, and it was never withdrawn`);
      }
    }
    await pages.shard(shard, rows);
  }
  return shown;
}

/** @throws LetterError `verify` when the row does not open the accept entry at its index */
export function checkOpens(row: ListRow, facts: LedgerFacts): void {
  const accept = facts.accepts.get(row.index);
  if (!accept) throw failed("the ledger has no accept at this index");
  if (publicCommitment(row, accept.edition) !== accept.publicCommitment) {
    throw failed("the row does not open the commitment on the ledger: it was changed after it was accepted");
  }
}

function checkRow(row: ListRow, facts: LedgerFacts): void {
  if (facts.withdrawn.has(row.index)) throw failed("the row was withdrawn and must not be on the list");
  checkOpens(row, facts);
}
