import { decodeUtf8, failed, textOf } from "../bytes/read.ts";
import { isAttested } from "../ledger/attestation.ts";
import { parseEntry } from "../ledger/entry.ts";
import { parseEntryBundle } from "../ledger/tile.ts";
import { leafHash } from "../ledger/tree.ts";
import type { Totals } from "../signature/record.ts";
import { checkListShard, type ListShard } from "./list-shard.ts";
import { checkNames, nameKey, type PageBytes } from "./page-names.ts";

/** A bundle of entries that can be split into `width` of them, and the key that attests its rows, 32 bytes. */
export type EntriesJob = { readonly bundle: Uint8Array; readonly width: number; readonly attestationKey: Uint8Array };

/** The leaf hash of each entry, one after the other, and a byte for each: 1 for an accept that is attested. */
export type EntriesFound = { readonly leaves: Uint8Array; readonly attested: Uint8Array };

/** One file of the list, the pages that show it, and the names (`nameKey`) that are sought on the whole list. */
export type RowsJob = {
  readonly list: ListShard;
  readonly pages: readonly PageBytes[];
  readonly due: readonly string[];
};

/** How the rows of the file are shown, and which of the names that are sought it has. */
export type RowsFound = { readonly shown: Totals["shown"]; readonly named: readonly string[] };

/**
 * Does what can be checked of a shard without any other, so that it can be done on any thread. The caller takes the
 * results in the order of the shards.
 */
export type ShardWork = {
  /** how many shards are worth beginning at once */
  readonly atOnce: number;
  entries(job: EntriesJob): Promise<EntriesFound>;
  /** @throws LetterError naming the file and the line */
  rows(job: RowsJob): Promise<RowsFound>;
};

/** Does the work where it is asked for, one shard after the other. */
export const onThisThread: ShardWork = {
  atOnce: 1,
  entries: async (job) => workOnEntries(job),
  rows: async (job) => workOnRows(job),
};

/** Never throws: an entry that is broken is not attested, and the caller finds out what is wrong with it. */
export function workOnEntries({ bundle, width, attestationKey }: EntriesJob): EntriesFound {
  const leaves = new Uint8Array(width * 32);
  const attested = new Uint8Array(width);
  for (const [i, bytes] of parseEntryBundle(bundle, width).entries()) {
    leaves.set(leafHash(bytes), i * 32);
    attested[i] = Number(isAttestedAccept(bytes, attestationKey));
  }
  return { leaves, attested };
}

function isAttestedAccept(bytes: Uint8Array, attestationKey: Uint8Array): boolean {
  try {
    const entry = parseEntry(decodeUtf8(bytes));
    return entry.kind === "accept" && isAttested(entry, attestationKey);
  } catch {
    return false;
  }
}

/** Checks a file of the list, and then its pages. @throws LetterError naming the file and the line */
export function workOnRows({ list, pages, due }: RowsJob): RowsFound {
  const rows = checkListShard(list);
  const shown = { name: 0, initials: 0, hidden: 0, counted: 0 };
  const sought = new Set(due);
  const named = new Set<string>();
  for (const row of rows) {
    shown[row.shown]++;
    const key = nameKey(row);
    if (sought.has(key)) named.add(key);
  }
  for (const { path, bytes } of pages) {
    if (bytes === undefined) throw failed(`${path} is missing, though the list has that page`);
    checkNames(path, textOf(path, bytes), rows);
  }
  return { shown, named: [...named] };
}
