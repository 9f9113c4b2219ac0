import { confirmKeyOf, sha256, withdrawalCodeOf } from "../letter/derivation.ts";
import type { Clock } from "../outside/clock.ts";
import type { PageWords } from "./page-words.ts";
import type { Query, Store, Tables } from "./schema.ts";
import { openSubmission, sealSubmission, type WaitingSubmission } from "./sealed-submission.ts";

/** How long a code is good for, in milliseconds. */
export const CODE_LIFE = 48 * 3_600_000;
/** Wrong well-formed codes that delete a submission. */
export const TRIES = 5;

/** Hex of SHA-256: by what secrets are found and by which they cannot be told. */
export function hashOf(secret: Uint8Array | string): string {
  return Buffer.from(sha256(secret)).toString("hex");
}

/** Stores a submission so that only the link and the mailed code together open it; false when it is there already. */
export async function addSubmission(
  store: Store,
  { s, code, nonce }: { s: Uint8Array; code: string; nonce: Uint8Array },
  submission: WaitingSubmission,
  today: string,
): Promise<boolean> {
  const sealed = sealSubmission(submission, confirmKeyOf(s, code), nonce);
  const values = { s_hash: hashOf(s), sealed, code_hash: null, tries: 0, day: today };
  return store.change(async (query) => {
    const { numInsertedOrUpdatedRows } = await query
      .insertInto("submission")
      .values(values)
      .onConflict((conflict) => conflict.column("s_hash").doNothing())
      .executeTakeFirst();
    return numInsertedOrUpdatedRows === 1n;
  });
}

/** What link and code open: a submission that waits, one that has been confirmed before, or nothing. */
export type Opened = { state: "waiting"; submission: WaitingSubmission } | { state: "spent" } | undefined;

/**
 * Tries a well-formed code. Wrong, expired and unknown give the same answer; the fifth wrong one deletes the row,
 * also one that has been confirmed.
 */
export function tryCode(
  { store, clock, pageWords }: { store: Store; clock: Clock; pageWords: PageWords },
  s: Uint8Array,
  code: string,
): Promise<Opened> {
  const s_hash = hashOf(s);
  // One transaction, so that guesses sent at once are counted one by one.
  return store.change(async (query) => {
    const row = await query
      .selectFrom("submission")
      .selectAll()
      .where("s_hash", "=", s_hash)
      .forUpdate()
      .executeTakeFirst();
    if (!row) return undefined;
    if (row.sealed === null) {
      if (row.code_hash === hashOf(withdrawalCodeOf(s, code))) return { state: "spent" };
    } else {
      const submission = openSubmission(row.sealed, confirmKeyOf(s, code));
      if (submission && clock.now().getTime() < Date.parse(submission.expires)) return { state: "waiting", submission };
      // It is deleted by `deleteExpired` alone: the clock may have been set wrong for a moment.
      if (submission) return undefined;
    }
    if (pageWords.has(code, s)) return undefined;
    if (row.tries + 1 >= TRIES) await deleteSubmission(query, s_hash);
    else
      await query
        .updateTable("submission")
        .set({ tries: row.tries + 1 })
        .where("s_hash", "=", s_hash)
        .execute();
    return undefined;
  });
}

/** A confirmed submission as the database knows it. */
export type Spent = Pick<Tables["submission"], "s_hash"> & { readonly code_hash: string };

/** Marks a submission as confirmed and forgets what it held; false when another device has done it already. */
export async function spendSubmission(query: Query, { s_hash, code_hash }: Spent): Promise<boolean> {
  const { numUpdatedRows } = await query
    .updateTable("submission")
    .set({ sealed: null, code_hash })
    .where("s_hash", "=", s_hash)
    .where("sealed", "is not", null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Whether a submission has been confirmed, and by this code. */
export async function isSpent(query: Query, { s_hash, code_hash }: Spent): Promise<boolean> {
  const row = await query
    .selectFrom("submission")
    .select("s_hash")
    .where("s_hash", "=", s_hash)
    .where("code_hash", "=", code_hash)
    .executeTakeFirst();
  return row !== undefined;
}

/** Whether a submission is there that its code could still confirm. */
export async function isWaiting(query: Query, s: Uint8Array): Promise<boolean> {
  const row = await query
    .selectFrom("submission")
    .select("s_hash")
    .where("s_hash", "=", hashOf(s))
    .where("sealed", "is not", null)
    .executeTakeFirst();
  return row !== undefined;
}

/** Deletes a submission, confirmed or not. */
export async function deleteSubmission(query: Query, s_hash: string): Promise<void> {
  await query.deleteFrom("submission").where("s_hash", "=", s_hash).execute();
}
