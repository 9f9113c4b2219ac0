import { LetterError } from "../../letter/bytes/error.ts";
import type { Query, Store } from "./schema.ts";

/** Why new signatures are paused, one sentence per language. */
export type Reasons = Readonly<Record<string, string>>;

/** Characters of a reason at most: longer than any sentence that people read. */
const LONGEST = 300;

/**
 * Reads the typed reasons, one for each of these languages, in their order.
 *
 * @throws LetterError `usage` for one that is empty, too long or of several lines
 */
export function parseReasons(languages: readonly string[], typed: readonly string[]): Reasons {
  const reasons = typed.map((text) => text.trim().normalize("NFC"));
  if (reasons.some((text) => text === "" || [...text].length > LONGEST || /[\p{Cc}\p{Zl}\p{Zp}]/u.test(text))) {
    throw new LetterError("usage", `a reason is one line of 1 to ${LONGEST} characters`);
  }
  return Object.fromEntries(languages.map((lang, i) => [lang, reasons[i] ?? ""]));
}

/** Pauses new signatures, or changes the reason, for every instance on this database at once. */
export async function pause(store: Store, reasons: Reasons): Promise<void> {
  const text = JSON.stringify(reasons);
  await store.change((query) =>
    query
      .insertInto("pause")
      .values({ name: "pause", reasons: text })
      .onConflict((conflict) => conflict.column("name").doUpdateSet({ reasons: text }))
      .execute(),
  );
}

/** Takes new signatures again. Returns false if they were not paused. */
export async function resume(store: Store): Promise<boolean> {
  const { numDeletedRows } = await store.change((query) => query.deleteFrom("pause").executeTakeFirst());
  return numDeletedRows > 0n;
}

/** Returns why new signatures are paused; undefined if they are not. */
export async function readPause(query: Query): Promise<Reasons | undefined> {
  const row = await query.selectFrom("pause").select("reasons").executeTakeFirst();
  return row && (JSON.parse(row.reasons) as Reasons);
}
