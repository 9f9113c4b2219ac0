import { parseBase64url } from "../bytes/base64url.ts";
import { isOfKind } from "../ledger/entry.ts";
import { type LedgerOutline, outlineOf } from "../ledger/outline.ts";
import { idOf } from "./derivation.ts";
import type { ListRow } from "./list.ts";
import { type CampaignRecord, loggedEditions } from "./record.ts";

/** What judging a sheet or a notice has to know of a record. It takes no more than this to judge at any size. */
export type Standing = {
  /** the ledger without its accepts */
  readonly ledger: LedgerOutline;
  /** logged editions, the current one last */
  readonly editions: readonly string[];
  /** the list was taken down with the purge */
  readonly takenDown: boolean;
  /** whether an accept on the ledger has this commitment, public or contact (base64url) */
  hasCommitment(commitment: string): boolean;
  /** the rows on the list that have one of these ids, ascending */
  rowsOf(ids: ReadonlySet<string>): readonly ListRow[];
  /** the row on the list with this index */
  rowAt(index: number): ListRow | undefined;
};

const known = new WeakMap<CampaignRecord, Standing>();

/** Returns the standing of a record that is in memory as a whole. */
export function standingOf(record: CampaignRecord): Standing {
  const before = known.get(record);
  if (before) return before;
  const { entries, rows, takenDown = false } = record;
  let commitments: Set<string> | undefined;
  const standing: Standing = {
    ledger: outlineOf(entries),
    editions: loggedEditions(entries),
    takenDown,
    hasCommitment(commitment) {
      commitments ??= commitmentsOf(entries);
      return commitments.has(commitment);
    },
    rowsOf: (ids) => (ids.size === 0 ? [] : rows.filter(({ opening }) => ids.has(idOf(parseBase64url(opening, 32))))),
    rowAt: (index) => rows.find((row) => row.index === index),
  };
  known.set(record, standing);
  return standing;
}

function commitmentsOf(entries: readonly string[]): Set<string> {
  return new Set(entries.filter((line) => isOfKind("accept", line)).flatMap((line) => line.split(" ").slice(3, 5)));
}
