import { sql } from "kysely";
import type { Query } from "./schema.ts";

/**
 * What may be on one sheet of signatures, because moderators answer it in the same way:
 *
 * - `reading`: rows with a name or initials, which somebody has to read
 * - `quiet`: hidden and counted rows, which show nothing and are approved in one act
 * - `flood`: rows that look like part of a flood, whatever they show, so that they are refused in one act
 */
export type GroupKind = "reading" | "quiet" | "flood";
/** The signatures that may be on one sheet. */
export type SheetGroup = { readonly edition: string; readonly kind: GroupKind };

/**
 * The kind of a signature, in SQL. It reads the stored row, so that rows from before there were kinds have one too.
 *
 * The pattern matches a whole member of the JSON: inside a text of it, a quotation mark has a backslash before it. A row
 * that cannot be read counts as `reading`, and is set aside when its sheet is made.
 */
export const groupKind = sql<GroupKind>`case
  when ${sql.ref("flood")} > 0 then 'flood'
  when ${sql.ref("row")} like '%"shown":"hidden"%' or ${sql.ref("row")} like '%"shown":"counted"%' then 'quiet'
  else 'reading' end`;

/** Returns how many sheets of signatures wait to be reviewed or to reach the git host. */
export async function openSheets(query: Query): Promise<number> {
  const found = await query
    .selectFrom("sheet")
    .select(({ fn }) => fn.countAll<string>().as("count"))
    .where("kind", "=", "signatures")
    .executeTakeFirstOrThrow();
  return Number(found.count);
}
