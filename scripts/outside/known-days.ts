import { existsSync } from "node:fs";
import { join } from "node:path";
import { dayOf } from "../letter/bytes/day.ts";
import { assertDay, type Clock, type KnownDays } from "./clock.ts";
import { type ClockRow, type ClockTable, readClockRow } from "./database/clock-row.ts";
import { lookAtDatabase } from "./database/open.ts";
import { readCommit } from "./git/history.ts";
import { MAIN, readRef } from "./git/ref.ts";
import type { Settings } from "./settings.ts";

/** Where the days of a campaign are to be read. */
export type DaysPlace = Pick<Settings, "dataDir" | "database" | "gitHost">;

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
  // Whether the database can be read at all is for those who need more of it; one of an older version has no such table.
  const opened = await lookAtDatabase<ClockTable>(database).catch(() => undefined);
  if (opened === undefined) return undefined;
  try {
    return await readClockRow(opened.query).catch(() => undefined);
  } finally {
    await opened.close();
  }
}
