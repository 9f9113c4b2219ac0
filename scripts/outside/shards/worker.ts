import { type ErrorCode, LetterError } from "../../letter/bytes/error.ts";
import {
  type EntriesFound,
  type EntriesJob,
  type RowsFound,
  type RowsJob,
  workOnEntries,
  workOnRows,
} from "../../letter/published/shard-work.ts";

/** What a thread answers. An error loses its class and its code on the way between threads, so they are sent as values. */
export type Answer<T> =
  | { readonly found: T }
  | { readonly broken: { readonly code: ErrorCode; readonly message: string } };

/** Works on a bundle of the ledger, on a thread of the pool. */
export function entries(job: EntriesJob): Answer<EntriesFound> {
  return answered(() => workOnEntries(job));
}

/** Works on a file of the list and its pages, on a thread of the pool. */
export function rows(job: RowsJob): Answer<RowsFound> {
  return answered(() => workOnRows(job));
}

function answered<T>(work: () => T): Answer<T> {
  try {
    return { found: work() };
  } catch (cause) {
    if (cause instanceof LetterError) return { broken: { code: cause.code, message: cause.message } };
    throw cause;
  }
}
