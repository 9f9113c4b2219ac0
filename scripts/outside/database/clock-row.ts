import type { Kysely } from "kysely";

/** What the database holds of the clock, see `Tables` of the form service. */
export type ClockRow = {
  readonly name: "clock";
  readonly day: string;
  readonly told: string;
  readonly overruled: string;
};

/** A database with that table, whatever else is in it. */
export type ClockTable = { clock: ClockRow };

/** Returns what the database holds of the clock; undefined where no service has run with this table. */
export async function readClockRow(query: Kysely<ClockTable>): Promise<ClockRow | undefined> {
  return query.selectFrom("clock").selectAll().executeTakeFirst();
}

/** Notes the last day on which the clock was believed, and what an operator said of it. */
export async function writeClockRow(
  query: Kysely<ClockTable>,
  { day, told, overruled }: { readonly day: string; readonly told?: string; readonly overruled?: string },
): Promise<void> {
  const said = told === undefined ? {} : { told, overruled: overruled ?? "" };
  await query
    .insertInto("clock")
    .values({ name: "clock", day, told: told ?? "", overruled: overruled ?? "" })
    .onConflict((conflict) => conflict.column("name").doUpdateSet({ day, ...said }))
    .execute();
}
