import { formatRow, parseRow, type Row } from "../../letter/signature/row.ts";
import type { Query, Store } from "./schema.ts";

/** Returns what was stored as the row of a signature, whether or not it fits on a sheet; empty if it is not JSON. */
export function storedRow(text: string | null): Partial<Row> {
  try {
    return (JSON.parse(text ?? "") ?? {}) as Partial<Row>;
  } catch {
    return {};
  }
}

/** Returns the row of a queued signature; undefined if it cannot go on a sheet, such as after database damage. */
export function readRow(id: string, text: string | null): Row | undefined {
  try {
    const row = parseRow(formatRow(storedRow(text) as Row), "the row");
    return row.id === id ? row : undefined;
  } catch {
    return undefined;
  }
}

/** Sets aside signatures whose rows cannot be read. They are never given up: their signers know that they signed. */
export async function setRowsAside(query: Query, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await query.updateTable("signature").set({ state: "aside" }).where("id", "in", ids).execute();
}

/** Returns the ids of the signatures that were set aside, for the operator of the service. */
export async function rowsSetAside(query: Query): Promise<string[]> {
  const rows = await query.selectFrom("signature").select("id").where("state", "=", "aside").orderBy("id").execute();
  return rows.map(({ id }) => id);
}

/** Queues signatures again whose rows can now be read, because the rows or the program were fixed. */
export async function takeRowsBack(store: Store): Promise<void> {
  const aside = await store.query.selectFrom("signature").select(["id", "row"]).where("state", "=", "aside").execute();
  const ids = aside.filter(({ id, row }) => readRow(id, row)).map(({ id }) => id);
  if (ids.length === 0) return;
  await store.change((query) =>
    query
      .updateTable("signature")
      .set({ state: "confirmed" })
      .where("id", "in", ids)
      .where("state", "=", "aside")
      .execute(),
  );
}
