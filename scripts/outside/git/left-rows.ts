import { existsSync } from "node:fs";
import { join } from "node:path";
import { entriesOf } from "../../letter/ledger/entry.ts";
import { isOfWithdrawals, type Settlement } from "../../letter/review/merge-message.ts";
import { listShardName, shardOf } from "../../letter/signature/list.ts";
import { sheetPath } from "../../letter/signature/sheet.ts";
import type { Settings } from "../settings.ts";
import { readHistory } from "./history.ts";
import { campaignRepository } from "./local-host.ts";
import { readBlobs } from "./object.ts";
import type { Commit } from "./reading/commit-object.ts";
import { readRecordAt } from "./record-at.ts";
import { MAIN, readRef } from "./ref.ts";
import { settlementOf } from "./repository.ts";

/**
 * The rows of people who left or were refused that the history of main still holds, and the first day on which one of
 * them left or was refused; undefined when there are no such rows.
 */
export type LeftRows = { readonly rows: number; readonly oldest: string | undefined };

/** Files of the history that are read at a time; a sheet has up to 400 kB. */
const AT_ONCE = 20;

/**
 * Finds the rows that `npm run erase` would take out of the history of main.
 *
 * A refused row lies on its reviewed sheet, a withdrawn one in the list that the commit before its withdrawal had. Who
 * left and when is told by the ledger and the trailers, which stay when the history is rewritten, so each of these files
 * is looked at. Rows are found by id and index; nothing reads a name.
 */
export async function findLeftRows(repository: string, commit: string): Promise<LeftRows> {
  const steps = (await readHistory(repository, commit)).reverse().flatMap(settlementOf);
  const { entries } = await readRecordAt(repository, commit);
  const days = daysOfLeaving(steps);
  const places = [...onSheets(steps, days), ...inLists(steps, entries)];
  const found = new Map<string, string>();
  for (let from = 0; from < places.length; from += AT_ONCE) {
    const some = places.slice(from, from + AT_ONCE);
    const files = await readBlobs(
      repository,
      some.map(({ file }) => file),
    );
    for (const [i, { keys, day }] of some.entries()) {
      const there = firstCells(files[i]);
      for (const key of keys) if (there.has(key)) found.set(key, days.get(key) ?? day);
    }
  }
  const [oldest] = [...found.values()].sort();
  return { rows: found.size, oldest };
}

/** A file of the history, the ids or indexes of the rows to look for in it, and the day of its commit. */
type Place = { readonly file: string; readonly keys: readonly string[]; readonly day: string };
type Step = [commit: Commit, settlement: Settlement];

/** The first day on which a trailer says that a row was refused, or withdrawn before it came to the list; by id. */
function daysOfLeaving(steps: readonly Step[]): Map<string, string> {
  const days = new Map<string, string>();
  for (const [{ day }, { sheet, approvedBy, refused, leftOut }] of steps) {
    // A sheet of signatures leaves out rows for other reasons too: only a sheet of withdrawals says that somebody left.
    const withdrawn = isOfWithdrawals({ sheet, approvedBy }) ? leftOut : [];
    for (const id of [...refused.map(([id]) => id), ...withdrawn]) if (!days.has(id)) days.set(id, day);
  }
  return days;
}

function onSheets(steps: readonly Step[], days: ReadonlyMap<string, string>): Place[] {
  return steps.flatMap(([{ parents, day }, settlement]) => {
    const { sheet, refused, leftOut } = settlement;
    // A sheet of withdrawals holds ids and nothing about a person.
    if (sheet === undefined || isOfWithdrawals(settlement)) return [];
    const keys = [...refused.map(([id]) => id), ...leftOut].filter((id) => days.has(id));
    return keys.length === 0 ? [] : [{ file: `${parents[1]}:${sheetPath(sheet)}`, keys, day }];
  });
}

function inLists(steps: readonly Step[], entries: readonly string[]): Place[] {
  let before = 0;
  return steps.flatMap(([{ parents, day }, { size }]) => {
    const added = entries.slice(before, size);
    before = size;
    const shards = Map.groupBy(entriesOf("withdraw", added), ({ index }) => shardOf(index));
    return [...shards].map(([shard, withdrawals]) => ({
      file: `${parents[0]}:signatures/accepted/${listShardName(shard)}`,
      keys: withdrawals.map(({ index }) => String(index)),
      day,
    }));
  });
}

/** The first cell of each line of a table: the id of a row on a sheet, its index on the list. */
function firstCells(file: Buffer | undefined): Set<string> {
  return new Set([...(file?.toString("latin1") ?? "").matchAll(/^\| (\w+) \| /gm)].map(([, cell = ""]) => cell));
}

/** The repository on this machine: the campaign's own, or what is fetched of the one at GitHub. */
export function ownRepository({ dataDir, gitHost }: Pick<Settings, "dataDir" | "gitHost">): string {
  return gitHost.kind === "local" ? campaignRepository(dataDir) : join(dataDir, "mirror.git");
}

/**
 * The same for main as this machine has it, its own or as it was fetched last; main is read again only once it has moved.
 */
export function watchLeftRows(settings: Pick<Settings, "dataDir" | "gitHost">): () => Promise<LeftRows> {
  const repository = ownRepository(settings);
  let known: { head: string; found: Promise<LeftRows> } | undefined;
  return async () => {
    const head = existsSync(repository) ? await readRef(repository, MAIN) : undefined;
    if (head === undefined) return { rows: 0, oldest: undefined };
    if (known?.head !== head) {
      const found = findLeftRows(repository, head);
      known = { head, found };
      found.catch(() => {
        known = undefined;
      });
    }
    return known.found;
  };
}
