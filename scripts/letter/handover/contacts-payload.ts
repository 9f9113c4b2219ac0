import { entriesOf, isOfKind } from "../ledger/entry.ts";
import { type ContactRecord, contactCommitment } from "../signature/contact.ts";
import type { ListRow } from "../signature/list.ts";
import { initialsOf } from "../signature/name.ts";

/** Returns the path of the sealed record of a signature: `contacts/79e7….age`. */
export function contactPath(id: string): string {
  return `contacts/${id}.age`;
}

/** Returns the id in the path of a sealed record; undefined for any other file. */
export function contactId(path: string): string | undefined {
  return /^contacts\/([0-9a-hjkmnp-tv-z]{26})\.age$/.exec(path)?.[1];
}

/** The entries added to the ledger after the tag, one per line, and the checkpoint that covers them. */
export const SINCE_PATH = "since/entries.txt";
export const SINCE_CHECKPOINT_PATH = "since/checkpoint";

/** Returns the indexes of the accept entries that these entries withdraw. */
export function withdrawnIn(entries: readonly string[]): Set<number> {
  return new Set(entriesOf("withdraw", entries).map(({ index }) => index));
}

/** Counts the live signatures after the first `size` entries of a ledger, which no bag of that size has. */
export function countNewcomers(entries: readonly string[], size: number): number {
  const since = entries.slice(size);
  const accepted = since.filter((line) => isOfKind("accept", line)).length;
  return accepted - [...withdrawnIn(since)].filter((index) => index >= size).length;
}

/** A signature that the contacts bag must have a record of. */
export type Expected = { readonly id: string; readonly row: ListRow; readonly contactCommitment: string };

/** Why a sealed record does not belong to a signature. */
export type ContactProblem = "not-opened" | "not-a-record" | "of-another" | "altered" | "differs-from-list";

/** Returns what is wrong with an opened record; undefined when it is exactly what its signatory confirmed. */
export function contactProblem(record: ContactRecord, expected: Expected): ContactProblem | undefined {
  if (record.id !== expected.id) return "of-another";
  if (contactCommitment(record) !== expected.contactCommitment) return "altered";
  const { shown, name, place, lang, signed } = expected.row;
  if (shown === "counted") return record.name === "" ? undefined : "differs-from-list";
  if (shown === "hidden") return undefined;
  const listed = shown === "initials" ? initialsOf(record.name) : record.name;
  const same = name === listed && place === record.place && lang === record.lang && signed === record.signed;
  return same && record.consents.includes("public") ? undefined : "differs-from-list";
}
