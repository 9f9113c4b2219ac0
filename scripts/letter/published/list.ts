import { inOrder, notYetAwaited } from "../bytes/in-order.ts";
import { failed, type Read } from "../bytes/read.ts";
import type { LedgerFacts } from "../ledger/check.ts";
import { TILE_WIDTH } from "../ledger/tile.ts";
import type { ListRow } from "../signature/list.ts";
import type { Totals } from "../signature/record.ts";
import { checkListShard, factsOfShard, listPath } from "./list-shard.ts";
import type { PageBytes } from "./page-names.ts";
import type { PageCheck } from "./pages.ts";
import type { ShardWork } from "./shard-work.ts";

/** A published list: where it is read from, the size and the facts of its ledger. */
export type PublishedList = { readonly read: Read; readonly size: number; readonly facts: LedgerFacts };

/**
 * Checks that a list which is said to be taken down may be, and is: no file of it is left, and no name on its pages.
 *
 * @throws LetterError naming the rule of the ledger, or the file that is there
 */
export async function checkTakenDown(
  { read, size, facts }: PublishedList,
  pages: Pick<PageCheck, "gone">,
  atOnce: number,
): Promise<void> {
  if (facts.whyListed !== undefined)
    throw failed(`count.json: it says that the list was taken down, but ${facts.whyListed}`);
  const isGone = async (shard: number) => {
    const path = listPath(shard);
    if ((await read(path)) !== undefined)
      throw failed(`${path} is there, but count.json says that the whole list was taken down`);
    await pages.gone(shard);
  };
  for await (const _ of inOrder(shardsOf(size), isGone, atOnce));
}

/**
 * Checks the published list against the ledger, file by file (`checkListShard`), and the pages that show it.
 *
 * @param progress is called with the number of entries whose rows were checked so far, and the size
 * @returns the number of rows that are shown in each way
 * @throws LetterError naming the first file that is wrong, in the order of the list
 */
export async function checkList(
  { read, size, facts }: PublishedList,
  pages: Pick<PageCheck, "pathsOf" | "due">,
  work: ShardWork,
  progress: (done: number, size: number) => void,
): Promise<Totals["shown"]> {
  const total = { name: 0, initials: 0, hidden: 0, counted: 0 };
  const check = async (shard: number) => {
    const readings = pages.pathsOf(shard).map((path) => ({ path, reading: notYetAwaited(read(path)) }));
    const list = { shard, size, bytes: await read(listPath(shard)), facts: factsOfShard(shard, facts) };
    const found: PageBytes[] = [];
    let unread: { cause: unknown } | undefined;
    for (const { path, reading } of readings) {
      try {
        found.push({ path, bytes: await reading });
      } catch (cause) {
        unread = { cause };
        break;
      }
    }
    const { shown, named } = await work.rows({ list, pages: found, due: [...pages.due.keys()] });
    // What was wrong before the page that cannot be read comes first.
    if (unread) throw unread.cause;
    return { shard, shown, named };
  };
  for await (const { shard, shown, named } of inOrder(shardsOf(size), check, work.atOnce)) {
    for (const key of named) pages.due.delete(key);
    for (const way of ["name", "initials", "hidden", "counted"] as const) total[way] += shown[way];
    progress(Math.min(size, (shard + 1) * TILE_WIDTH), size);
  }
  return total;
}

/**
 * Reads the rows of a published list, each file checked against the ledger.
 *
 * @throws LetterError naming the file and the line, or the missing index
 */
export async function readList({ read, size, facts }: PublishedList): Promise<ListRow[]> {
  const rows: ListRow[] = [];
  for (const shard of shardsOf(size))
    for (const row of checkListShard({ shard, size, bytes: await read(listPath(shard)), facts })) rows.push(row);
  return rows;
}

function* shardsOf(size: number): Generator<number> {
  for (let shard = 0; shard * TILE_WIDTH < size; shard++) yield shard;
}
