import { formatRow, parseRow, type Row } from "../../letter/signature/row.ts";
import type { Query, Store } from "./schema.ts";

/** What was stored as the row of a signature, whether or not it can stand on a sheet; empty when it is not JSON. */
export function storedRow(text: string | null): Partial<Row> {
  try {
    return (JSON.parse(text ?? "") ?? {}) as Partial<Row>;
  } catch {
    return {};
  }
}

/** The row of a signature in the queue; undefined when it cannot stand on a sheet, such as after damage to the database. */
export function readRow(id: string, text: string | null): Row | undefined {
  try {
    const row = parseRow(formatRow(storedRow(text) as Row), "the row");
    return row.id === id ? row : undefined;
  } catch {
    return undefined;
  }
}

/** Sets signatures aside whose rows cannot be read. They are never given up: their holders were told that they signed. */
export async function setRowsAside(query: Query, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await query.updateTable("signature").set({ state: "aside" }).where("id", "in", ids).execute();
}

/** The ids of the signatures that were set aside, for whoever runs the service. */
export async function rowsSetAside(query: Query): Promise<string[]> {
  const rows = await query.selectFrom("signature").select("id").where("state", "=", "aside").orderBy("id").execute();
  return rows.map(({ id }) => id);
}

/** Lets signatures wait for a sheet again whose rows can be read by now: they were mended, or the program was. */
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
