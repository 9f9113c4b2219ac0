import { existsSync } from "node:fs";
import { join } from "node:path";
import { dayOf } from "../letter/bytes/day.ts";
import { LetterError } from "../letter/bytes/error.ts";
import { assertDay, type Clock, doubtOf, type KnownDays, lastKnownDay } from "./clock.ts";
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

/**
 * Refuses a clock that is behind what is restored: what waits a week for those who may have left would wait no longer.
 * A restoration comes late by its nature, so a clock that is ahead is no reason.
 *
 * @param kept the UTC days that the backup and the lists beside it name
 * @throws LetterError `clock`
 */
export async function assertClockAfter(kept: readonly string[], place: DaysPlace, clock: Clock): Promise<void> {
  const today = dayOf(clock.now());
  const last = [lastKnownDay(await readKnownDays(place)), ...kept].reduce((a, b) => (a > b ? a : b));
  if (doubtOf(today, { main: last }) !== "behind") return;
  throw new LetterError(
    "clock",
    `the clock of this machine says ${today}, and what is restored has had ${last}: set the clock; nothing was restored`,
  );
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
