import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Kysely } from "kysely";
import { dayOf } from "../letter/bytes/day.ts";
import { assertDay, type Clock, type KnownDays } from "./clock.ts";
import { lookAtDatabase } from "./database/open.ts";
import { readCommit } from "./git/history.ts";
import { MAIN, readRef } from "./git/ref.ts";
import type { Settings } from "./settings.ts";

/** What the database holds of the clock, see `Tables` of the form service. */
export type ClockRow = {
  readonly name: "clock";
  readonly day: string;
  readonly told: string;
  readonly overruled: string;
};

/** A database with that table, whatever else is in it. */
export type ClockTable = { clock: ClockRow };

/** Where the days of a campaign are to be read. */
export type DaysPlace = Pick<Settings, "dataDir" | "database" | "gitHost">;

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

/** Returns what the campaign of a data folder knows about the day, as far as its repository and database are there. */
export async function readKnownDays(place: DaysPlace): Promise<KnownDays> {
  const [main, row] = [await mainDay(place), await rowOf(place)];
  return { main, run: row?.day || undefined, overruled: row?.overruled || undefined };
}

/**
 * Refuses a command that would date or delete something by a clock that the campaign contradicts.
 *
 * @throws LetterError `clock` saying what contradicts it, and what to do
 */
export async function assertClock(place: DaysPlace, clock: Clock): Promise<void> {
  assertDay(dayOf(clock.now()), await readKnownDays(place));
}

/** The repository that holds main: the campaign's on this machine, or the mirror of the one on GitHub. */
async function mainDay({ dataDir, gitHost }: DaysPlace): Promise<string | undefined> {
  const repository = join(dataDir, gitHost.kind === "local" ? "campaign.git" : "mirror.git");
  if (!existsSync(repository)) return undefined;
  const main = await readRef(repository, MAIN);
  return main && (await readCommit(repository, main)).day;
}

async function rowOf({ database }: DaysPlace): Promise<ClockRow | undefined> {
  if (database.kind === "sqlite" && !existsSync(database.path)) return undefined;
  const opened = await lookAtDatabase<ClockTable>(database);
  try {
    // A database of an older version has no such table; whether it answers at all is for whoever needs more of it.
    return await readClockRow(opened.query).catch(() => undefined);
  } finally {
    await opened.close();
  }
}
